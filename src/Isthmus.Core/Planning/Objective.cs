using System.Collections.Immutable;
using System.Globalization;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// What to minimise: a weighted sum of milliseconds, kilobytes that leave the device (kB = 1000 bytes), joules, money and milliseconds of the longest stage. Plans with the
/// same value are ordered by latency, then by bytes, then by accuracy loss.
/// </summary>
public sealed record Objective
{
    private const double MaxWeight = 1e9;

    // A search counts losses in billionths, as multiples of a power of two: their sums are exact in any order, so that equal losses are equal and the latency decides between them.
    private const double LossUnit = 1.0 / (1 << 30);
    private const double LossUnits = 1e9;
    private readonly double _lossFactor;
    private static readonly ImmutableArray<string> Terms = ["ms", "kb", "j", "price", "period", "loss"];

    private Objective(double perMillisecond, double perKilobyte = 0, double perJoule = 0, double perPrice = 0, double perPeriod = 0, double perLoss = 0)
    {
        PerMillisecond = perMillisecond;
        PerKilobyte = perKilobyte;
        PerJoule = perJoule;
        PerPrice = perPrice;
        PerPeriod = perPeriod;
        PerLoss = perLoss;
        bool alone = perMillisecond == 0 && perKilobyte == 0 && perJoule == 0 && perPrice == 0 && perPeriod == 0;
        _lossFactor = alone ? 1 : perLoss / (LossUnit * LossUnits);
    }

    /// <summary>The latency: λ = 1, μ = 0. The default.</summary>
    public static Objective Latency { get; } = new(1);

    /// <summary>The traffic: λ = 0, μ = 1.</summary>
    public static Objective Traffic { get; } = new(0, perKilobyte: 1);

    /// <summary>The throughput of a stream whose stages overlap: the longest stage is as short as can be.</summary>
    public static Objective Throughput { get; } = new(0, perPeriod: 1);

    /// <summary>Joules for one image.</summary>
    public static Objective Energy { get; } = new(0, perJoule: 1);

    /// <summary>Money for one image.</summary>
    public static Objective Price { get; } = new(0, perPrice: 1);

    /// <summary>The accuracy: the loss is as small as can be; of equal plans the fastest. With a limit on latency, the most accurate answer that is in time.</summary>
    public static Objective Accuracy { get; } = new(0, perLoss: 1);

    /// <summary>λ: the weight of a millisecond.</summary>
    public double PerMillisecond { get; }

    /// <summary>μ: the weight of a kilobyte.</summary>
    public double PerKilobyte { get; }

    /// <summary>The weight of a joule.</summary>
    public double PerJoule { get; }

    /// <summary>The weight of one unit of the profile's currency.</summary>
    public double PerPrice { get; }

    /// <summary>The weight of a millisecond of the longest stage.</summary>
    public double PerPeriod { get; }

    /// <summary>The weight of losing all accuracy: of a loss of 0.01, a hundredth of it counts.</summary>
    public double PerLoss { get; }

    /// <summary>All of them, weighted.</summary>
    /// <param name="perMillisecond">Of a millisecond.</param>
    /// <param name="perKilobyte">Of a kilobyte.</param>
    /// <param name="perJoule">Of a joule.</param>
    /// <param name="perPrice">Of one unit of the profile's currency.</param>
    /// <param name="perPeriod">Of a millisecond of the longest stage.</param>
    /// <param name="perLoss">Of all accuracy: accuracy − λ·kilobytes is 1 here and λ for a kilobyte.</param>
    /// <exception cref="IsthmusException">A weight is negative or not finite, or all are zero.</exception>
    public static Objective Weighted(double perMillisecond, double perKilobyte, double perJoule = 0, double perPrice = 0, double perPeriod = 0, double perLoss = 0)
    {
        double[] weights = [perMillisecond, perKilobyte, perJoule, perPrice, perPeriod, perLoss];
        return weights.All(w => w is >= 0 and <= MaxWeight) && weights.Sum() > 0
            ? new(perMillisecond, perKilobyte, perJoule, perPrice, perPeriod, perLoss)
            : throw new IsthmusException(ErrorKind.Usage, "The weights of an objective must be zero or more, at most a billion, and not all zero, as in weighted:1,0.5 or weighted:ms=1,J=2.");
    }

    /// <summary>
    /// The satisfaction of a user (GUS, Hosseinzadeh et al., ICC 2021): wa·(A − A_req)/A_max + wc·(T_req − T)/T_max is largest where wa/A_max·loss + wc/T_max·T is smallest; A_req and
    /// T_req are limits.
    /// </summary>
    /// <param name="accuracy">wa.</param>
    /// <param name="time">wc.</param>
    /// <param name="millisecondScale">T_max; A_max is 1.</param>
    /// <exception cref="IsthmusException">A weight is negative or not finite, both are zero, or the time is not above zero.</exception>
    public static Objective Satisfaction(double accuracy, double time, double millisecondScale) => millisecondScale is > 0 and <= 1e9
        ? Weighted(time / millisecondScale, 0, perLoss: accuracy)
        : throw new IsthmusException(ErrorKind.Usage, "The time scale of a satisfaction must be above zero, as in satisfaction:1,0.5,200.");

    /// <summary>
    /// Reads "latency", "accuracy", "traffic", "throughput", "energy", "price", "weighted:λ,μ", "weighted:" with any of ms=, kB=, J=, price=, period= and loss=, or
    /// "satisfaction:wa,wc,T".
    /// </summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static Objective Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        return t switch
        {
            "latency" => Latency,
            "accuracy" => Accuracy,
            "traffic" => Traffic,
            "throughput" => Throughput,
            "energy" => Energy,
            "price" => Price,
            _ when t.StartsWith("weighted:", StringComparison.Ordinal) && Weights(t["weighted:".Length..].Split(',')) is { } w => Weighted(w[0], w[1], w[2], w[3], w[4], w[5]),
            _ when t.StartsWith("satisfaction:", StringComparison.Ordinal) && Numbers(t["satisfaction:".Length..].Split(',')) is [double wa, double wc, double most] => Satisfaction(wa, wc, most),
            _ => throw new IsthmusException(
                ErrorKind.Usage,
                $"'{text}' is not an objective: choose latency, accuracy, traffic, throughput, energy, price, weighted:λ,μ such as weighted:1,0.5, weighted: with any of ms=, kB=, J=, price=, period= and loss=, or satisfaction:wa,wc,T such as satisfaction:1,0.5,200."),
        };
    }

    /// <summary>The objective's value, if latency and bytes are all that counts.</summary>
    public double Score(Milliseconds latency, ByteCount bytes) => Sum(latency.Value, bytes.Value, 0, 0);

    /// <summary>The objective's value; not a number if a weighted quantity is not known.</summary>
    /// <param name="cost">What a plan costs.</param>
    /// <param name="loss">The sum of its losses of accuracy.</param>
    public double Score(PlanCost cost, double loss)
    {
        ArgumentNullException.ThrowIfNull(cost);
        return Sum(cost.Total.Value, cost.BytesFromDevice.Value, cost.Energy ?? double.NaN, cost.Price ?? double.NaN) + (PerLoss * loss) + Bottleneck(cost.Period.Value);
    }

    /// <summary>
    /// What adds up over the parts of a plan, as a search compares it. A weight of zero leaves its quantity out, even one that is infinite or not known. If nothing but the loss
    /// has a weight, the unit is another than that of a score.
    /// </summary>
    internal double Linear(double ms, double bytes, double loss, double joules, double price) =>
        PerLoss > 0 ? Sum(ms, bytes, joules, price) + (_lossFactor * (Math.Round(loss * LossUnits) * LossUnit)) : Sum(ms, bytes, joules, price);

    private double Sum(double ms, double bytes, double joules, double price) =>
        (PerMillisecond > 0 ? PerMillisecond * ms : 0) + (PerKilobyte * bytes / 1000)
        + (PerJoule > 0 ? PerJoule * joules : 0) + (PerPrice > 0 ? PerPrice * price : 0);

    /// <summary>What does not add up: the longest stage's share.</summary>
    internal double Bottleneck(double period) => PerPeriod > 0 ? PerPeriod * period : 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (this == Latency) return "latency";
        if (this == Accuracy) return "accuracy";
        if (this == Traffic) return "traffic";
        if (this == Throughput) return "throughput";
        if (this == Energy) return "energy";
        if (this == Price) return "price";
        if (PerJoule == 0 && PerPrice == 0 && PerPeriod == 0 && PerLoss == 0) return string.Create(CultureInfo.InvariantCulture, $"weighted:{PerMillisecond},{PerKilobyte}");
        (string Name, double Weight)[] all = [("ms", PerMillisecond), ("kB", PerKilobyte), ("J", PerJoule), ("price", PerPrice), ("period", PerPeriod), ("loss", PerLoss)];
        return "weighted:" + string.Join(",", all.Where(w => w.Weight > 0).Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Name}={w.Weight}")));
    }

    private static double[]? Numbers(string[] parts)
    {
        double[] numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])) return null;
        }

        return numbers;
    }

    private static double[]? Weights(string[] parts)
    {
        double[] weights = new double[Terms.Length];
        bool named = parts.Any(p => p.Contains('='));
        if (!named && parts.Length != 2) return null;
        HashSet<int> seen = [];
        for (int i = 0; i < parts.Length; i++)
        {
            string[] pair = parts[i].Split('=', 2, StringSplitOptions.TrimEntries);
            int at = named ? Terms.IndexOf(pair[0]) : i;
            if (at < 0 || pair.Length != (named ? 2 : 1) || !seen.Add(at) || !double.TryParse(pair[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out weights[at])) return null;
        }

        return weights;
    }
}
