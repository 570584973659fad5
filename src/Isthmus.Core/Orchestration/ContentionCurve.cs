using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration;

/// <summary>How many times longer a request takes on a node that so many users use at once, measured on real nodes or assumed.</summary>
/// <param name="Factors">By the number of users: alone (1), with one other, and so on; not falling. At least one.</param>
/// <param name="Slope">What each further user adds beyond the last factor.</param>
public sealed record ContentionCurve(ImmutableArray<double> Factors, double Slope)
{
    /// <summary>The factor if so many users use the node.</summary>
    /// <param name="users">1 or more.</param>
    public double At(int users) => users <= Factors.Length ? Factors[users - 1] : Factors[^1] + ((users - Factors.Length) * Slope);

    /// <summary>The curve of a node that serves so many at once without loss, and then takes turns: max(1, k / workers).</summary>
    /// <param name="workers">How many at once, at least 1.</param>
    public static ContentionCurve TakingTurns(int workers) => new([.. Enumerable.Repeat(1.0, Math.Max(1, workers))], 1.0 / Math.Max(1, workers));

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">They are no curve.</exception>
    public void Validate()
    {
        if (Factors.IsDefaultOrEmpty || Factors.Length > 1000 || !(Factors[0] is > 0 and < double.PositiveInfinity) || !(Slope is >= 0 and < double.PositiveInfinity)
            || Factors.Zip(Factors.Skip(1)).Any(p => !(p.Second >= p.First && p.Second < double.PositiveInfinity)))
        {
            throw new IsthmusException(ErrorKind.Usage, "A contention curve is 1 to 1000 finite factors above zero that do not fall, and a slope of zero or more.");
        }
    }

    /// <inheritdoc/>
    public bool Equals(ContentionCurve? other) => other is not null && Slope == other.Slope && Factors.AsSpan().SequenceEqual(other.Factors.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Slope, Factors.Length, Factors[^1]);
}
