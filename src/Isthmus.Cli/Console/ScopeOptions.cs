using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Cli.Console;

/// <summary>From which device, among which networks, and with which numbers to plan, as command-line flags.</summary>
internal sealed class ScopeOptions
{
    private readonly Option<string?> _device = new("--device") { Description = "The device where the picture is (default: the only one, or each is tried).", HelpName = "node" };

    private readonly Option<string?> _segments = new("--segments")
    {
        Description = "Where a segment's time comes from: measured, or blocks: what was not measured as a whole is the sum of its blocks (default: measured; blocks for the methods of Scission).",
        HelpName = "measured|blocks",
    };

    private readonly Option<string> _loss = new("--loss")
    {
        Description = "Which loss of a calibrated setting counts: smoothed, or upper: the upper end of its 95 % interval.",
        HelpName = "smoothed|upper",
        DefaultValueFactory = _ => "smoothed",
    };

    private readonly Option<string> _pareto = new("--pareto")
    {
        Description = "The quantities of the Pareto set: any of latency, bytes, loss, energy, price, period.",
        HelpName = "quantities",
        DefaultValueFactory = _ => "latency,bytes,loss",
    };

    private readonly Option<string[]> _variantLoss = new("--variant-loss")
    {
        Description = "The accuracy that a network loses against the best of several, NAME=SHARE; may be given again (default: from their calibrations).",
        HelpName = "loss",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the flags to a command.</summary>
    public static ScopeOptions AddTo(Command command)
    {
        ScopeOptions o = new();
        foreach (Option option in new Option[] { o._device, o._segments, o._loss, o._pareto, o._variantLoss }) command.Options.Add(option);
        return o;
    }

    /// <summary>Adds the flag that says what networks lose to a command that plans no cuts; <see cref="Variants"/> reads it.</summary>
    public static ScopeOptions AddNetworksTo(Command command)
    {
        ScopeOptions o = new();
        command.Options.Add(o._variantLoss);
        return o;
    }

    /// <summary>Puts what the user asks for into a request.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="request">The request about the first network.</param>
    /// <param name="others">The other networks among which to choose.</param>
    /// <exception cref="IsthmusException">A value is not of its form, or nothing says how much accuracy a network loses.</exception>
    public PlanningRequest Apply(ParseResult parsed, PlanningRequest request, ImmutableArray<ProfileIndex> others) => request with
    {
        Device = parsed.GetValue(_device),
        Segments = parsed.GetValue(_segments)?.ToLowerInvariant() switch
        {
            null => request.Segments,
            "measured" => SegmentTimes.Measured,
            "blocks" => SegmentTimes.Blocks,
            string text => throw new IsthmusException(ErrorKind.Usage, $"'{text}' says nothing of segments: choose measured or blocks."),
        },
        Loss = parsed.GetValue(_loss)!.ToLowerInvariant() switch
        {
            "smoothed" => LossEstimate.Smoothed,
            "upper" when IsCalibrated(request.Index) && others.All(IsCalibrated) => LossEstimate.UpperEnd,
            "upper" => throw new IsthmusException(ErrorKind.Planning, "Only a calibration measures intervals: make one with 'isthmus calibrate', or leave out --loss upper."),
            string text => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is no loss: choose smoothed or upper."),
        },
        ParetoAxes = parsed.GetValue(_pareto)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Aggregate(ParetoAxes.None, static (axes, text) => axes | Axis(text)),
        Variants = Variants(parsed, [request.Index, .. others]),
    };

    private static bool IsCalibrated(ProfileIndex index) => index.Profile.Calibration is not null;

    private static ParetoAxes Axis(string text) =>
        Enum.TryParse(text, ignoreCase: true, out ParetoAxes axis) && char.IsAsciiLetter(text[0]) && axis is not (ParetoAxes.None or ParetoAxes.Default) ? axis
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is no quantity of a Pareto set: choose any of latency, bytes, loss, energy, price and period.");

    /// <summary>The networks among which to choose, with what each loses; none if there is one.</summary>
    /// <exception cref="IsthmusException">A loss is not of its form, or nothing says how much accuracy a network loses.</exception>
    public ImmutableArray<PlanVariant> Variants(ParseResult parsed, ImmutableArray<ProfileIndex> all)
    {
        string[] given = parsed.GetValue(_variantLoss)!;
        if (all.Length == 1)
            return given.Length == 0 ? [] : throw new IsthmusException(ErrorKind.Usage, "One network alone loses nothing against others: give several profiles, or leave out --variant-loss.");
        if (given.Length == 0)
        {
            // Comparable only if counted on the same images.
            if (all.Any(i => i.Profile.Calibration?.Top1 is null) || all.Select(i => i.Profile.Calibration!.DataHash).Distinct().Count() > 1)
            {
                throw new IsthmusException(
                    ErrorKind.Usage,
                    $"Nothing says how much accuracy each network loses: calibrate all with the same labelled images, or give --variant-loss {Path.GetFileNameWithoutExtension(all[^1].Profile.ModelName)}=0.02, and for the others likewise.");
            }

            double best = all.Max(i => i.Profile.Calibration!.Top1!.Value);
            return [.. all.Select(i => new PlanVariant(i, best - i.Profile.Calibration!.Top1!.Value))];
        }

        double[] losses = new double[all.Length];
        foreach (string text in given)
        {
            string[] sides = text.Split('=');
            if (sides.Length != 2 || !double.TryParse(sides[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double loss) || loss is not (>= 0 and <= 1))
                throw new IsthmusException(ErrorKind.Usage, $"'{text}' is no loss of a network: write it as NAME=SHARE, such as small=0.02.");
            int[] at = [.. Enumerable.Range(0, all.Length).Where(i => all[i].Profile.ModelName == sides[0].Trim() || Path.GetFileNameWithoutExtension(all[i].Profile.ModelName) == sides[0].Trim())];
            losses[at is [int one] ? one : throw new IsthmusException(ErrorKind.Usage, $"'{sides[0]}' is not the name of one of the networks: they are {string.Join(", ", all.Select(i => i.Profile.ModelName))}.")] = loss;
        }

        return [.. all.Select((index, i) => new PlanVariant(index, losses[i]))];
    }
}
