using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

/// <summary>Profiles with curves of accuracy against bytes, from a seed.</summary>
internal static class RandomInputCurves
{
    /// <summary>The same profile, with curves of one or two forms, of which some parts were measured and timed.</summary>
    public static Profile AddTo(Profile profile, Random random)
    {
        InputEncoding[] forms = random.Next(3) switch { 0 => [InputEncoding.Jpeg(75)], 1 => [InputEncoding.Embedded], _ => [InputEncoding.Jpeg(75), InputEncoding.Embedded] };
        foreach (InputEncoding form in forms)
        {
            double[] fractions = [.. new[] { 0.05, 0.1, 0.2, 0.35, 0.5, 0.75 }.Where(_ => random.Next(3) > 0).Append(1)];
            double whole = random.Next(2) == 0 ? 1 : 0.5 + (random.NextDouble() / 2);
            IAccuracyCurve curve = RandomCurves.Create(random);
            long bytes = 1000 + random.Next(100_000);
            bool exactBand = random.Next(2) == 0;
            ImmutableArray<CurvePoint> points = [.. fractions.Select(x =>
            {
                double accuracy = Math.Clamp(curve.At(x) + (random.NextDouble() * 0.02) - 0.01, 0, 1);
                return new CurvePoint(form.First(x), x, new((long)(bytes * x)), accuracy, accuracy * 0.9, (1 + accuracy) / 2, accuracy, 100);
            })];
            ImmutableArray<CurveBand> band = exactBand ? [.. points.Select(p => new CurveBand(p.Fraction, curve.At(p.Fraction) * 0.95, Math.Min(1, curve.At(p.Fraction) * 1.02)))] : [];
            InputCurve input = new(
                form.ToString(), form, new(bytes), 100, whole, points, [new(curve.Kind, AccuracyCurves.Parameters(curve), 0.01, null, band)], curve.Kind);
            // Some of the points are inputs themselves; nodes know the times of some.
            InputProfile[] known = [.. points.Where(_ => random.Next(2) == 0).Where(p => profile.Inputs.All(i => i.Encoding != p.Encoding))
                .Select(p => new InputProfile(p.Encoding, p.Bytes, Math.Clamp(whole - p.Accuracy, 0, 1), 100))];
            profile = profile with
            {
                InputCurves = [.. profile.InputCurves, input],
                Inputs = [.. profile.Inputs, .. known],
                Nodes = [.. profile.Nodes.Select(n => n with
                {
                    Inputs = [.. n.Inputs, .. known.Where(_ => random.Next(6) > 0).Select(k => new InputTiming(k.Encoding, new(random.Next(8)), new(random.Next(9))))],
                })],
            };
        }

        return profile;
    }

    /// <summary>The same profile without curves, in which some thousandths of all their forms are inputs like all others.</summary>
    public static Profile Expand(Profile profile, IEnumerable<int> thousandths)
    {
        foreach (InputCurve curve in profile.InputCurves)
        {
            IAccuracyCurve accuracy = curve.Curve;
            foreach (int t in thousandths.Distinct())
            {
                double x = t / 1000.0;
                InputEncoding part = curve.Reference.First(x);
                if (x < curve.Points[0].Fraction || profile.Inputs.Any(i => i.Encoding == part)) continue;
                double there = accuracy.At(x);
                double low = curve.BandAt(x)?.Low ?? curve.Points.Where(p => p.Fraction <= x).MaxBy(p => p.Fraction)!.Low;
                // A hundredth of a percent, rounded up.
                double loss = Math.Min(1, Math.Ceiling((Math.Clamp(curve.Whole - there, 0, 1) * 10_000) - 1e-6) / 10_000);
                profile = profile with
                {
                    Inputs = [.. profile.Inputs, new(part, curve.BytesAt(x), loss, curve.SampleCount) { Accuracy = new(curve.Whole - there, -1, Math.Clamp(curve.Whole - low, curve.Whole - there, 1), 0.5) }],
                    Nodes = [.. profile.Nodes.Select(n => n with { Inputs = [.. n.Inputs, .. Times(n, curve.Reference, x).Select(t => new InputTiming(part, new(t.Encode), new(t.Decode)))] })],
                };
            }
        }

        return profile with { InputCurves = [], Inputs = [.. profile.Inputs.Select(i => i with { Accuracy = i.Accuracy is null ? null : i.Accuracy with { High = Math.Clamp(i.Accuracy.High, i.AccuracyLoss, 1) } })] };
    }

    // Making takes as long as making the whole; decoding lies between the times of the nearest parts.
    private static IEnumerable<(double Encode, double Decode)> Times(NodeProfile node, InputEncoding form, double x)
    {
        // Those that were measured: expansions of this node come behind them, and lie on the same lines.
        InputTiming[] known = [.. node.Inputs.Where(i => i.Encoding.Whole == form).OrderBy(i => i.Encoding.Fraction)];
        if (known.Length == 0) yield break;
        double encode = known.FirstOrDefault(i => i.Encoding == form)?.Encode.Value ?? known.Max(i => i.Encode.Value);
        InputTiming below = known.LastOrDefault(i => i.Encoding.Fraction <= x) ?? known[0], above = known.FirstOrDefault(i => i.Encoding.Fraction >= x) ?? known[^1];
        double share = above.Encoding.Fraction == below.Encoding.Fraction ? 0 : (x - below.Encoding.Fraction) / (above.Encoding.Fraction - below.Encoding.Fraction);
        yield return (encode, below.Decode.Value + (Math.Clamp(share, 0, 1) * (above.Decode.Value - below.Decode.Value)));
    }
}
