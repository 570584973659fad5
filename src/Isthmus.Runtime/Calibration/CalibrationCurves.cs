using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Profiling.Curves.Fitting;
using Isthmus.Core.Statistics;

namespace Isthmus.Runtime.Calibration;

/// <summary>From what was counted at a family's points to its curve.</summary>
internal static class CalibrationCurves
{
    /// <summary>The curves, and for each what a device's confidence says.</summary>
    /// <param name="tallies">What was counted.</param>
    /// <param name="inputs">The rows of the points.</param>
    /// <param name="whole">Accuracy of the un-encoded image.</param>
    /// <param name="confidence">The device's network; null if there is none.</param>
    public static (ImmutableArray<InputCurve> Curves, ImmutableArray<ConfidenceTable> Confidences) Of(
        ImmutableArray<CurveTally> tallies, ImmutableArray<InputProfile> inputs, double whole, ConfidencePass? confidence)
    {
        Dictionary<InputEncoding, InputProfile> rows = inputs.ToDictionary(i => i.Encoding);
        ImmutableArray<InputCurve>.Builder curves = ImmutableArray.CreateBuilder<InputCurve>(tallies.Length);
        ImmutableArray<ConfidenceTable>.Builder confidences = ImmutableArray.CreateBuilder<ConfidenceTable>();
        foreach (CurveTally tally in tallies)
        {
            (int Point, double Fraction)[] used = Points(tally.Family, rows);
            GroupedCounts counts = tally.Counts(used.Select(u => u.Point));
            ImmutableArray<CurveFit> fits = CurveChoice.Fit([.. used.Select(u => u.Fraction)], counts, out string chosen);
            long bytes = 0;
            List<CurvePoint> points = [];
            for (int i = 0; i < used.Length; i++)
            {
                InputProfile row = rows[tally.Family.Points[used[i].Point]];
                // Where scans end, the cut of a smaller part may lie behind that of a slightly larger one.
                bytes = Math.Max(bytes, row.Bytes.Value);
                int right = counts.Right(i);
                ConfidenceInterval interval = BinomialInterval.Wilson(right, counts.Total);
                double accuracy = (double)right / counts.Total;
                points.Add(new(
                    row.Encoding, used[i].Fraction, new(bytes), accuracy, Math.Min(accuracy, interval.Low), Math.Max(accuracy, interval.High),
                    (double)tally.Agreeing(used[i].Point) / counts.Total, counts.Total));
            }

            InputCurve curve = new(tally.Family.Name, tally.Family.Reference, new(bytes), counts.Total, whole, [.. points], fits, chosen);
            curves.Add(curve);
            if (confidence is not null) confidences.Add(confidence.Table(curve, tally, [.. used.Select(u => u.Point)]));
        }

        return (curves.MoveToImmutable(), confidences.DrainToImmutable());
    }

    // Where the points lie, by rising fraction: first parts at what was asked for, other forms at their bytes, and none that has as many as another or more than the reference.
    private static (int Point, double Fraction)[] Points(CurveFamily family, Dictionary<InputEncoding, InputProfile> rows)
    {
        double all = rows[family.Reference].Bytes.Value;
        return [.. family.Points
            .Select((p, i) => (Point: i, Fraction: p == family.Reference ? 1 : p.Whole == family.Reference ? p.Fraction : rows[p].Bytes.Value / all))
            .Where(p => p.Fraction < 1 || family.Points[p.Point] == family.Reference)
            .OrderBy(p => p.Fraction).ThenByDescending(p => p.Point)
            .DistinctBy(p => p.Fraction)];
    }
}
