using System.Collections.Immutable;
using Isthmus.Bench.Compression;
using Isthmus.Core.Planning;

namespace Isthmus.Bench.Inputs;

/// <summary>What each family needs for the same accuracy.</summary>
/// <param name="Measure">"divergence", in nats, or "agreement", as a share.</param>
/// <param name="Level">The accuracy.</param>
/// <param name="Photographs">"all", or "unseen": those that the embedded code's start was not learnt from.</param>
/// <param name="Bytes">By family: bytes between two of its settings; families that do not reach the level, or of which even the smallest setting is better, are absent.</param>
public sealed record EqualAccuracy(string Measure, double Level, string Photographs, ImmutableSortedDictionary<InputFamily, double> Bytes)
{
    /// <summary>The name of <see cref="Photographs"/> for all of them.</summary>
    public const string All = "all";

    /// <summary>The name for those that nothing was learnt from.</summary>
    public const string Unseen = "unseen";

    private static readonly double[] Divergences = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2];

    private static readonly double[] Agreements = [0.95, 0.925, 0.9, 0.875, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4];

    /// <summary>What the embedded code saves against a family: 1 − bytes ÷ the family's; null if one of the two does not reach the level.</summary>
    public double? SavedAgainst(InputFamily family) => Bytes.TryGetValue(InputFamily.Embedded, out double ours) && Bytes.TryGetValue(family, out double theirs) ? 1 - (ours / theirs) : null;

    /// <summary>The families of a form: a whole JPEG of quality 75 or 50 is in two.</summary>
    public static IEnumerable<InputFamily> FamiliesOf(InputEncoding form)
    {
        if (form.Kind == InputKind.Embedded && form.Scale == 1) yield return InputFamily.Embedded;
        if (form.Kind == InputKind.Webp && form.Scale == 1) yield return InputFamily.Webp;
        if (form.Kind != InputKind.Jpeg) yield break;
        if (form.Scale < 1 && !form.IsPartial) yield return InputFamily.JpegScale;
        if (form.Scale < 1) yield break;
        if (form.Quality is 75 or 50) yield return InputFamily.JpegPart;
        if (!form.IsPartial) yield return InputFamily.JpegQuality;
    }

    /// <summary>All levels that at least two families reach.</summary>
    /// <param name="photographs">Which photographs were measured.</param>
    /// <param name="settings">What was measured.</param>
    public static ImmutableArray<EqualAccuracy> Of(string photographs, IReadOnlyCollection<MeasuredInput> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return
        [
            .. from level in Divergences let equal = At("divergence", level) where equal.Bytes.Count > 1 select equal,
            .. from level in Agreements let equal = At("agreement", level) where equal.Bytes.Count > 1 select equal,
        ];

        EqualAccuracy At(string measure, double level)
        {
            Dictionary<InputFamily, double> bytes = [];
            foreach (InputFamily family in Enum.GetValues<InputFamily>())
            {
                MeasuredInput[] of = [.. settings.Where(s => FamiliesOf(s.Form).Contains(family))];
                double? needed = measure == "divergence" ? AtDivergence(of, level) : AtAgreement(of, level);
                if (needed is { } b) bytes[family] = b;
            }

            return new(measure, level, photographs, bytes.ToImmutableSortedDictionary());
        }
    }

    // Divergence falls with bytes by about a power law: logarithms are interpolated, between the settings that no other one beats in both.
    private static double? AtDivergence(MeasuredInput[] settings, double level)
    {
        (double Bytes, double Divergence)? before = null;
        foreach (MeasuredInput s in settings.OrderBy(s => s.Bytes).ThenBy(s => s.Divergence))
        {
            double divergence = Math.Max(s.Divergence, 1e-9);
            if (before is { } b && divergence >= b.Divergence) continue;
            if (divergence <= level)
                return before is not { } from ? null : from.Bytes * Math.Pow(s.Bytes / from.Bytes, Math.Log(from.Divergence / level) / Math.Log(from.Divergence / divergence));
            before = (s.Bytes, divergence);
        }

        return null;
    }

    private static double? AtAgreement(MeasuredInput[] settings, double level)
    {
        if (settings.Length == 0 || settings.Min(s => s.Agreement) > level) return null;
        return RateCurve.Of(settings.Select(s => (s.Bytes, s.Agreement))).BytesFor(level);
    }
}
