using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// What to minimise: λ·milliseconds + μ·kilobytes that leave the device (kB = 1000 bytes). Plans with the same value are ordered by
/// latency, then by bytes, then by accuracy loss.
/// </summary>
public sealed record Objective
{
    private Objective(double perMillisecond, double perKilobyte, double perLoss = 0)
    {
        PerMillisecond = perMillisecond;
        PerKilobyte = perKilobyte;
        PerLoss = perLoss;
    }

    /// <summary>The latency: λ = 1, μ = 0. The default.</summary>
    public static Objective Latency { get; } = new(1, 0);

    /// <summary>The traffic: λ = 0, μ = 1.</summary>
    public static Objective Traffic { get; } = new(0, 1);

    /// <summary>The accuracy loss alone; asked when constraints contradict each other.</summary>
    internal static Objective Loss { get; } = new(0, 0, 1);

    /// <summary>λ: the weight of a millisecond.</summary>
    public double PerMillisecond { get; }

    /// <summary>μ: the weight of a kilobyte.</summary>
    public double PerKilobyte { get; }

    internal double PerLoss { get; }

    /// <summary>Both, weighted.</summary>
    /// <exception cref="IsthmusException">A weight is negative or not finite, or both are zero.</exception>
    public static Objective Weighted(double perMillisecond, double perKilobyte) =>
        perMillisecond is >= 0 and <= 1e9 && perKilobyte is >= 0 and <= 1e9 && perMillisecond + perKilobyte > 0
            ? new(perMillisecond, perKilobyte)
            : throw new IsthmusException(ErrorKind.Usage, "The weights of an objective must be zero or more, at most a billion, and not both zero, as in weighted:1,0.5.");

    /// <summary>Reads "latency", "traffic" or "weighted:λ,μ".</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static Objective Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        if (t == "latency") return Latency;
        if (t == "traffic") return Traffic;
        if (t.StartsWith("weighted:", StringComparison.Ordinal))
        {
            string[] parts = t["weighted:".Length..].Split(',');
            if (parts.Length == 2 && double.TryParse(parts[0], out double perMillisecond) && double.TryParse(parts[1], out double perKilobyte))
                return Weighted(perMillisecond, perKilobyte);
        }

        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not an objective: choose latency, traffic, or weighted:λ,μ, such as weighted:1,0.5.");
    }

    /// <summary>The objective's value.</summary>
    public double Score(Milliseconds latency, ByteCount bytes) => Score(latency.Value, bytes.Value, 0);

    // A weight of zero leaves its quantity out, even an infinite one.
    internal double Score(double ms, double bytes, double loss) =>
        (PerMillisecond > 0 ? PerMillisecond * ms : 0) + (PerKilobyte * bytes / 1000) + (PerLoss * loss);

    /// <inheritdoc/>
    public override string ToString() => this == Latency ? "latency" : this == Traffic ? "traffic" : $"weighted:{PerMillisecond},{PerKilobyte}";
}
