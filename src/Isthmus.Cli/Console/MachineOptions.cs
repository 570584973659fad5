using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Cli.Console;

/// <summary>Machines that are not at hand, as command-line flags.</summary>
internal sealed class MachineOptions
{
    private readonly Option<string[]> _machines = new("--machine")
    {
        Description = "Compute with a machine that is not at hand: NODE=RATE or NODE=RATE:w=W, NODE being a node or a tier, W a number or a node named by --fit, such as cloud=10TFLOPS:w=1.5. Its times are T = w·2·MACs/RATE, not measured; may be given again.",
        HelpName = "machine",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _fits = new("--fit")
    {
        Description = "Find w of a measured node whose peak rate you know, NODE=RATE, and say how well time is proportional to work there; may be given again.",
        HelpName = "node",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the flags to a command.</summary>
    public static MachineOptions AddTo(Command command)
    {
        MachineOptions options = new();
        command.Options.Add(options._machines);
        command.Options.Add(options._fits);
        return options;
    }

    /// <summary>The fits that are asked for.</summary>
    /// <exception cref="IsthmusException">A value is not of its form, or nothing can be fitted.</exception>
    public ImmutableArray<ProportionalFit> Fits(ParseResult parsed, Profile profile) => [.. parsed.GetValue(_fits)!.Select(text =>
    {
        (string node, string rate) = Sides(text, "--fit", "device=50GFLOPS");
        return ProportionalFit.Of(profile, node, FlopsPerSecond.Parse(rate));
    })];

    /// <summary>The profile with the machines in it.</summary>
    /// <exception cref="IsthmusException">A value is not of its form, or names what the profile does not know.</exception>
    public Profile Apply(ParseResult parsed, Profile profile, ImmutableArray<ProportionalFit> fits)
    {
        foreach (string text in parsed.GetValue(_machines)!)
        {
            (string node, string value) = Sides(text, "--machine", "cloud=10TFLOPS:w=1.5");
            string[] parts = value.Split(':');
            double w = parts switch
            {
                [_] => 1,
                [_, string given] when given.Trim().StartsWith("w=", StringComparison.OrdinalIgnoreCase) => Coefficient(given.Trim()[2..], text, fits),
                _ => throw Malformed(text),
            };
            profile = ProportionalProfile.With(profile, node, new(FlopsPerSecond.Parse(parts[0]), w));
        }

        return profile;
    }

    private static double Coefficient(string text, string machine, ImmutableArray<ProportionalFit> fits)
    {
        if (fits.FirstOrDefault(f => f.Node == text) is { } fit) return fit.Coefficient;
        return double.TryParse(text, out double w) && w is > 0 and <= ProportionalMachine.MaxCoefficient ? w : throw Malformed(machine);
    }

    private static (string Node, string Value) Sides(string text, string option, string example)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at].Trim(), text[(at + 1)..])
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is no value of {option}: write it as {example}.");
    }

    private static IsthmusException Malformed(string text) => new(
        ErrorKind.Usage, $"'{text}' is not a machine: write it as NODE=RATE or NODE=RATE:w=W, such as cloud=10TFLOPS:w=1.5, with W above zero or a node that --fit names.");
}
