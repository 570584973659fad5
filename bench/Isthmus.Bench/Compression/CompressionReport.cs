using System.Collections.Immutable;

namespace Isthmus.Bench.Compression;

/// <summary>The result of `isthmus bench compression`.</summary>
/// <param name="Quick">Whether only every fourth photograph was taken.</param>
/// <param name="Rows">The rows.</param>
public sealed record CompressionReport(bool Quick, ImmutableArray<CompressionRow> Rows)
{
    private const double FloorGoal = 0.25, JaladGoal = 2, SparseGoal = 0.8, Sparse = 0.7;

    /// <summary>The project's goals, for the codec that comes nearest to each; none for codecs that are only baselines.</summary>
    public ImmutableArray<CompressionGoal> Goals => [.. Rows.SelectMany(GoalsOf)];

    private static IEnumerable<CompressionGoal> GoalsOf(CompressionRow row)
    {
        foreach (IGrouping<string, EqualAgreement> floor in row.AgainstFloor.GroupBy(c => c.Baseline))
        {
            EqualAgreement best = floor.MaxBy(c => c.Saving ?? double.NegativeInfinity)!;
            yield return new(row.Name, best.Kind, $"at least 25 % fewer bytes than {floor.Key} at its agreement of {best.Agreement:P1}", 100 * best.Saving, "%", best.Saving >= FloorGoal);
        }

        foreach (IGrouping<string, EqualLoss> jalad in row.AgainstJaladTop1.GroupBy(c => c.Baseline))
        {
            EqualLoss best = jalad.MaxBy(c => c.Ratio ?? 0)!;
            yield return new(row.Name, best.Kind, $"at least 2× fewer bytes than {jalad.Key} at its loss of {100 * best.Loss:0.0} points", best.Ratio, "×", best.Ratio >= JaladGoal);
        }

        foreach (IGrouping<string, EqualAgreement> jalad in row.AgainstJalad.GroupBy(c => c.Baseline))
        {
            EqualAgreement best = jalad.MaxBy(c => c.Ratio ?? 0)!;
            yield return new(row.Name, best.Kind, $"at least 2× fewer bytes than {jalad.Key} at its agreement of {best.Agreement:P1}", best.Ratio, "×", best.Ratio >= JaladGoal);
        }

        if (row.ZeroShare <= Sparse || row.WholeTop1 is null || row.AgainstFloor.IsEmpty) yield break;
        MeasuredSetting? smallest = row.SmallestBelowOnePoint.Where(s => s.Kind != CompressionRow.JaladKind).MinBy(s => s.BitsPerValue);
        yield return new(
            row.Name, smallest?.Codec, $"at most 0.8 bit per value at less than 1 point of top-1, as {row.ZeroShare:P0} are zeros",
            smallest?.BitsPerValue, "bit per value", smallest?.BitsPerValue <= SparseGoal);
    }
}
