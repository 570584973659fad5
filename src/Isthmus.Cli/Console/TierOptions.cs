using System.CommandLine;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Cli.Console;

/// <summary>Where the other tiers are, for every command that measures or runs on them.</summary>
internal sealed class TierOptions
{
    private readonly Option<string?> _edge = new("--edge") { Description = "The edge node's address, http://HOST:PORT.", HelpName = "URL" };
    private readonly Option<string?> _cloud = new("--cloud") { Description = "The cloud node's address, http://HOST:PORT.", HelpName = "URL" };
    private readonly Option<string?> _edgeToCloud = new("--edge-to-cloud") { Description = "The cloud's address as the edge reaches it (default: that of --cloud).", HelpName = "URL" };
    private readonly Option<bool> _emulated = new("--emulated-links") { Description = "The addresses lead through emulated links ('isthmus link'); say so in every result." };

    private readonly Option<double> _slowdown = new("--device-slowdown")
    {
        Description = "Emulate a device that computes so many times slower than this machine (default: 1, none). Every result says so.",
        DefaultValueFactory = _ => 1,
        HelpName = "F",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="withSlowdown">Whether the device may be slowed down; not where a profile says it.</param>
    public static TierOptions AddTo(Command command, bool withSlowdown = true)
    {
        TierOptions options = new();
        command.Options.Add(options._edge);
        command.Options.Add(options._cloud);
        command.Options.Add(options._edgeToCloud);
        command.Options.Add(options._emulated);
        if (withSlowdown) command.Options.Add(options._slowdown);
        return options;
    }

    /// <summary>The addresses.</summary>
    /// <exception cref="Core.Errors.IsthmusException">One is no address.</exception>
    public TierAddresses Read(ParseResult parsed) => new(Url(parsed, _edge), Url(parsed, _cloud))
    {
        EdgeToCloud = Url(parsed, _edgeToCloud),
        LinksAreEmulated = parsed.GetValue(_emulated),
    };

    /// <summary>The device's emulated slow-down; 1 is none.</summary>
    public double Slowdown(ParseResult parsed) => parsed.GetValue(_slowdown);

    private static Uri? Url(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? NodeClient.ParseUrl(text) : null;
}
