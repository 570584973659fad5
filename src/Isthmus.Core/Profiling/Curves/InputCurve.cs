using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>
/// How the accuracy grows with the bytes of the picture that cross, for one way to make them fewer: the points that were measured, the curves that were fitted to them, and which
/// of these foretells best (Zhao et al., Globecom Workshops 2020).
/// </summary>
/// <param name="Family">
/// The way: a whole form whose first part crosses, such as "jpeg:75" or "embedded"; "quality" for JPEGs of lower quality; "scale" for smaller pictures.
/// </param>
/// <param name="Reference">What fraction 1 is: the whole form; of "quality" and "scale" the largest that was measured.</param>
/// <param name="Bytes">Mean bytes of the reference, with the request around it.</param>
/// <param name="SampleCount">How many images.</param>
/// <param name="Whole">Accuracy of the un-encoded image, 0…1: top-1 with labels, else 1.</param>
/// <param name="Points">What was measured, by rising fraction.</param>
/// <param name="Fits">The curves, one of each kind that could be fitted.</param>
/// <param name="Chosen">The kind that foretells best.</param>
public sealed record InputCurve(
    string Family, InputEncoding Reference, ByteCount Bytes, int SampleCount, double Whole, ImmutableArray<CurvePoint> Points, ImmutableArray<CurveFit> Fits, string Chosen)
{
    /// <summary>The family of JPEGs of different qualities.</summary>
    public const string QualityFamily = "quality";

    /// <summary>The family of pictures of different sizes.</summary>
    public const string ScaleFamily = "scale";

    /// <summary>The chosen curve, made anew at each call. Below <see cref="Least"/> it is not backed by a measurement.</summary>
    /// <exception cref="Errors.IsthmusException">The curve is none; <see cref="ProfileRules"/> has refused such.</exception>
    [JsonIgnore]
    public IAccuracyCurve Curve => Fits.First(f => f.Kind == Chosen).Curve();

    /// <summary>Whether every fraction can be asked for, because the points are first parts of one whole; else only the points' encodings can.</summary>
    [JsonIgnore]
    public bool IsContinuous => Points.All(p => p.Encoding.Whole == Reference);

    /// <summary>The smallest fraction that was measured.</summary>
    [JsonIgnore]
    public double Least => Points[0].Fraction;

    /// <summary>Mean bytes that cross at a fraction: straight between the measured points, and never below those of the first.</summary>
    /// <param name="fraction">0…1.</param>
    public ByteCount BytesAt(double fraction) => new((long)Math.Ceiling(Between(fraction, p => p.Bytes.Value)));

    /// <summary>
    /// The share of images, 0…1, that are classified as the whole image in the reference form is: what a re-check, which sends everything, is expected to find. The isotonic
    /// fit to the measured shares, straight between them.
    /// </summary>
    /// <param name="fraction">0…1.</param>
    public double AgreementAt(double fraction) =>
        CurveTables.Isotonic([.. Points.Select(p => new CurveKnot(p.Fraction, p.Agreement))], [.. Points.Select(p => (double)p.Count)]).At(fraction);

    /// <summary>Where <see cref="AgreementAt"/> lies with 95 % confidence, given how many images it was measured on (Wilson's interval).</summary>
    /// <param name="fraction">0…1.</param>
    public ConfidenceInterval AgreementIntervalAt(double fraction)
    {
        int count = (int)Math.Round(Between(fraction, p => p.Count));
        return BinomialInterval.Wilson((int)Math.Round(AgreementAt(fraction) * count), count);
    }

    /// <summary>The 95 % band of the chosen curve at a fraction, straight between the measured points; null where there is none.</summary>
    /// <param name="fraction">0…1.</param>
    public ConfidenceInterval? BandAt(double fraction)
    {
        ImmutableArray<CurveBand> band = Fits.First(f => f.Kind == Chosen).Band;
        if (band.IsEmpty) return null;
        int next = 0;
        while (next < band.Length && band[next].Fraction < fraction) next++;
        if (next == 0) return new(band[0].Low, band[0].High);
        if (next == band.Length) return new(band[^1].Low, band[^1].High);
        CurveBand from = band[next - 1], to = band[next];
        double share = (fraction - from.Fraction) / (to.Fraction - from.Fraction);
        return new(from.Low + (share * (to.Low - from.Low)), from.High + (share * (to.High - from.High)));
    }

    private double Between(double fraction, Func<CurvePoint, double> value)
    {
        int next = 0;
        while (next < Points.Length && Points[next].Fraction < fraction) next++;
        if (next == 0) return value(Points[0]);
        if (next == Points.Length) return value(Points[^1]);
        CurvePoint from = Points[next - 1], to = Points[next];
        return value(from) + ((fraction - from.Fraction) / (to.Fraction - from.Fraction) * (value(to) - value(from)));
    }
}
