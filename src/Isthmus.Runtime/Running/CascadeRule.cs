using System.Collections.Immutable;
using System.Globalization;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Runtime.Running;

/// <summary>
/// What the confidence of the device's network decides of a picture: nothing is sent, or how much. A threshold sends what the plan says of each picture below it; a policy that was learned from a
/// <see cref="ConfidenceTable"/> has a fraction for each bin of confidence.
/// </summary>
public sealed class CascadeRule
{
    private readonly double? _threshold;
    private readonly ImmutableArray<(double From, double Fraction)> _bins = [];

    private CascadeRule(double? threshold, ImmutableArray<(double From, double Fraction)> bins, string text)
    {
        _threshold = threshold;
        _bins = bins;
        Text = text;
    }

    /// <summary>The rule in words.</summary>
    public string Text { get; }

    /// <summary>What the table promises of the policy; null of a threshold.</summary>
    public CascadePolicy? Policy { get; private init; }

    /// <summary>Pictures of which the device's network is less sure than this are sent as the plan says.</summary>
    /// <param name="threshold">0…1.</param>
    /// <exception cref="IsthmusException">The threshold is out of range.</exception>
    public static CascadeRule Below(double threshold) => threshold is >= 0 and <= 1
        ? new(threshold, [], string.Create(CultureInfo.InvariantCulture, $"sent when the device is less sure than {threshold:0.###}"))
        : throw new IsthmusException(ErrorKind.Usage, $"{threshold.ToString(CultureInfo.InvariantCulture)} is not a confidence: choose 0 to 1.");

    /// <summary>The fewest bytes in the mean with which at least a share of the table's images is answered rightly.</summary>
    /// <param name="table">What the confidence said of the images of a calibration.</param>
    /// <param name="bytes">Mean bytes of the whole form.</param>
    /// <param name="accuracy">The floor; null for what sending <paramref name="planned"/> of every picture reaches.</param>
    /// <param name="planned">The plan's input, of the table's family.</param>
    /// <exception cref="IsthmusException">The table has no images, or nothing reaches the floor.</exception>
    public static CascadeRule Learned(ConfidenceTable table, double bytes, double? accuracy, InputEncoding planned)
    {
        ArgumentNullException.ThrowIfNull(table);
        long images = table.Bins.Sum(b => (long)b.Count);
        int at = table.Fractions.ToList().FindIndex(f => f >= planned.Fraction - 0.0005);
        if (at < 0) at = table.Fractions.Length - 1;
        double floor = accuracy ?? (images == 0 ? 0 : (double)table.Bins.Sum(b => (long)b.RemoteRight[at]) / images);
        CascadePolicy policy = new DifficultyRule(table).AboveFloor(CascadeCosts.Bytes(bytes), floor)
            ?? throw new IsthmusException(ErrorKind.Planning, string.Create(CultureInfo.InvariantCulture, $"Nothing answers {floor:P1} of the images of the calibration rightly: ask for less."));
        return new(null, [.. table.Bins.Zip(policy.Fractions, (b, f) => (b.From, f))], string.Create(CultureInfo.InvariantCulture, $"learned: the fewest bytes for {floor:P1} right answers")) { Policy = policy };
    }

    /// <summary>How much of a picture is sent, 0…1; 0 is nothing. Null: what the plan says.</summary>
    /// <param name="confidence">The device's.</param>
    public double? FractionAt(double confidence)
    {
        if (_threshold is { } threshold) return confidence >= threshold ? 0 : null;
        double fraction = _bins[0].Fraction;
        foreach ((double from, double part) in _bins)
        {
            if (confidence >= from) fraction = part;
        }

        return fraction;
    }
}
