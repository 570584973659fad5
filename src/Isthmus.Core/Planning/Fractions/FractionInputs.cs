using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// The parts of pictures that a profile's curves say something of, as input encodings beside those that were measured. A plan names a part in thousandths, so with all thousandths
/// the planner chooses among everything that a plan can say. Parts smaller than the smallest that was measured are left out, for no measurement backs the curve there.
/// </summary>
internal sealed class FractionInputs
{
    // A profile may have more curves than anybody needs: then only every second thousandth counts, or every third.
    private const int MaxPoints = 6000;
    private const int Whole = 1000;

    // Losses in steps of a hundredth of a percent, rounded up: no curve is known better, and what is flat shall not be climbed for nothing.
    private const double LossSteps = 1e4;

    private FractionInputs(ImmutableArray<InputProfile> inputs, ImmutableArray<CurveEstimate> estimates)
    {
        Inputs = inputs;
        Estimates = estimates;
    }

    /// <summary>What they take and lose.</summary>
    public ImmutableArray<InputProfile> Inputs { get; }

    /// <summary>Where each loss comes from.</summary>
    public ImmutableArray<CurveEstimate> Estimates { get; }

    /// <summary>The curves of a profile that hold for any part.</summary>
    public static IEnumerable<InputCurve> CurvesOf(Profile profile) => profile.InputCurves.IsDefaultOrEmpty ? []
        : profile.InputCurves.Where(c => c.IsContinuous && c.Reference.IsProgressive && !c.Reference.IsPartial);

    /// <summary>The parts.</summary>
    /// <param name="profile">The profile; what it has measured itself is not among the parts.</param>
    /// <param name="thousandths">Which; null: all.</param>
    public static FractionInputs Of(Profile profile, IReadOnlyCollection<int>? thousandths)
    {
        InputCurve[] curves = [.. CurvesOf(profile)];
        HashSet<InputEncoding> known = [.. profile.Inputs.Select(i => i.Encoding)];
        ImmutableArray<InputProfile>.Builder inputs = ImmutableArray.CreateBuilder<InputProfile>();
        ImmutableArray<CurveEstimate>.Builder estimates = ImmutableArray.CreateBuilder<CurveEstimate>();
        int step = 1 + ((curves.Length * Whole) / MaxPoints);
        foreach (InputCurve curve in curves)
        {
            IAccuracyCurve accuracy = curve.Curve;
            TableCurve agreement = CurveTables.Isotonic([.. curve.Points.Select(p => new CurveKnot(p.Fraction, p.Agreement))], [.. curve.Points.Select(p => Math.Max(1.0, p.Count))]);
            int least = (int)Math.Ceiling((curve.Least * Whole) - 1e-6);
            foreach (int t in thousandths ?? [.. Enumerable.Range(0, Whole / step).Select(i => Whole - (i * step)).Reverse()])
            {
                if (t < Math.Max(1, least) || t > Whole) continue;
                double fraction = t / (double)Whole;
                double there = accuracy.At(fraction);
                InputEncoding encoding = curve.Reference.First(fraction);
                if (double.IsNaN(there) || !known.Add(encoding)) continue;
                CurveEstimate estimate = new(curve.Family, accuracy.Kind, there, curve.Whole, curve.BandAt(fraction));
                // Where there is no band, what was measured at the part before is the least to expect.
                double low = estimate.Band?.Low ?? curve.Points.Last(p => p.Fraction <= fraction + 1e-6).Low;
                double high = estimate.Band?.High ?? there;
                estimates.Add(estimate);
                double loss = Math.Min(1, Math.Ceiling((estimate.Loss * LossSteps) - 1e-6) / LossSteps);
                inputs.Add(new(encoding, curve.BytesAt(fraction), loss, curve.SampleCount)
                {
                    Accuracy = new(curve.Whole - there, curve.Whole - high, curve.Whole - low, agreement.At(fraction)),
                });
            }
        }

        return new(inputs.ToImmutable(), estimates.ToImmutable());
    }

    /// <summary>
    /// What a node takes to make and to decode the parts, in their order: to make one as long as the whole, for all of it is made and then cut; to decode one as measured
    /// parts say, straight between them. Not a number where nothing was measured.
    /// </summary>
    public (double[] Encode, double[] Decode) TimesOn(NodeProfile node)
    {
        double[] encode = new double[Inputs.Length], decode = new double[Inputs.Length];
        InputTiming[] timings = [];
        InputEncoding? form = null;
        double whole = double.NaN;
        for (int i = 0; i < Inputs.Length; i++)
        {
            InputEncoding encoding = Inputs[i].Encoding;
            if (encoding.Whole != form)
            {
                form = encoding.Whole;
                timings = [.. node.Inputs.Where(t => t.Encoding.Whole == form).OrderBy(t => t.Encoding.Fraction)];
                whole = timings.Length == 0 ? double.NaN : timings[^1].Encoding == form ? timings[^1].Encode.Value : timings.Max(t => t.Encode.Value);
            }

            encode[i] = whole;
            decode[i] = DecodeOf(timings, encoding.Fraction);
        }

        return (encode, decode);
    }

    private static double DecodeOf(InputTiming[] timings, double fraction)
    {
        if (timings.Length == 0) return double.NaN;
        int next = 0;
        while (next < timings.Length && timings[next].Encoding.Fraction < fraction) next++;
        if (next == 0) return timings[0].Decode.Value;
        if (next == timings.Length) return timings[^1].Decode.Value;
        InputTiming from = timings[next - 1], to = timings[next];
        double share = (fraction - from.Encoding.Fraction) / (to.Encoding.Fraction - from.Encoding.Fraction);
        return from.Decode.Value + (share * (to.Decode.Value - from.Decode.Value));
    }
}
