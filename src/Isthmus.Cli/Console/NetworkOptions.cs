using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Cli.Console;

/// <summary>Which networks, nodes and forms of pictures may be chosen when nothing is cut, as command-line flags.</summary>
internal sealed class NetworkOptions
{
    private readonly ScopeOptions _scope;
    private readonly Option<string?> _tiers = new("--tiers") { Description = "The tiers that may compute, such as device,edge (default: all).", HelpName = "tiers" };
    private readonly Option<string[]> _forbid = new("--forbid") { Description = "A node that may compute nothing; may be given again.", HelpName = "node", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _inputs = new("--inputs") { Description = "The forms of which parts may cross, such as embedded (default: all that have a curve).", HelpName = "inputs" };

    private NetworkOptions(Command command) => _scope = ScopeOptions.AddNetworksTo(command);

    /// <summary>Adds the flags to a command.</summary>
    public static NetworkOptions AddTo(Command command)
    {
        NetworkOptions o = new(command);
        foreach (Option option in new Option[] { o._tiers, o._forbid, o._inputs }) command.Options.Add(option);
        return o;
    }

    /// <summary>What the user asks of the profiles.</summary>
    /// <exception cref="IsthmusException">A value is not of its form, or names what the profiles do not know.</exception>
    public PlanningRequest Request(ParseResult parsed, ImmutableArray<ProfileIndex> profiles) => new(profiles[0])
    {
        Variants = _scope.Variants(parsed, profiles),
        Constraints = new()
        {
            Tiers = parsed.GetValue(_tiers) is { } tiers ? [.. Words(tiers).Select(TierName.Parse).Distinct()] : null,
            ForbiddenNodes = [.. parsed.GetValue(_forbid)!],
        },
        Space = new() { MaxCuts = 0, Inputs = parsed.GetValue(_inputs) is { } inputs ? [.. Words(inputs).Select(InputEncoding.Parse).Distinct()] : null },
    };

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
