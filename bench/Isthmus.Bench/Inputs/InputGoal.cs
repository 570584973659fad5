namespace Isthmus.Bench.Inputs;

/// <summary>The project's goal for a network: at equal accuracy, at least a fifth fewer bytes than the better part of two progressive JPEGs.</summary>
/// <param name="Network">The network.</param>
/// <param name="Measure">By divergence or by agreement.</param>
/// <param name="Photographs">Which photographs.</param>
/// <param name="Saved">What is saved, the geometric mean over all levels that both reach; null if there is none.</param>
/// <param name="Least">What is saved at the worst of them.</param>
/// <param name="AgainstQuality">The mean saving against JPEGs of lower quality.</param>
/// <param name="AgainstWebp">The mean saving against WebP.</param>
/// <param name="Met">Whether the mean is at least a fifth.</param>
public sealed record InputGoal(string Network, string Measure, string Photographs, double? Saved, double? Least, double? AgainstQuality, double? AgainstWebp, bool Met)
{
    private const double Goal = 0.2;

    /// <summary>The goals of a row.</summary>
    public static IEnumerable<InputGoal> Of(InputRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        foreach (IGrouping<(string Measure, string Photographs), EqualAccuracy> levels in row.AtEqualAccuracy.GroupBy(e => (e.Measure, e.Photographs)))
        {
            double? saved = Mean(levels, InputFamily.JpegPart);
            yield return new(
                row.Network, levels.Key.Measure, levels.Key.Photographs, saved, levels.Min(l => l.SavedAgainst(InputFamily.JpegPart)), Mean(levels, InputFamily.JpegQuality), Mean(levels, InputFamily.Webp), saved >= Goal);
        }
    }

    private static double? Mean(IEnumerable<EqualAccuracy> levels, InputFamily family)
    {
        double[] ratios = [.. levels.Select(l => 1 - l.SavedAgainst(family)).OfType<double>()];
        return ratios.Length == 0 ? null : 1 - Math.Exp(ratios.Average(Math.Log));
    }
}
