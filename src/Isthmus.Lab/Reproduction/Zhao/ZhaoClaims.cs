using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>What the experiment confirms or refutes.</summary>
internal static class ZhaoClaims
{
    // Beyond this share two measured times are not the same.
    private const double Noise = 1.05;

    // Points of accuracy that are given up where bytes at equal accuracy are compared.
    private const double EqualLoss = 0.02;

    /// <summary>The claims.</summary>
    public static ImmutableArray<Claim> Of(ZhaoResult result)
    {
        ZhaoGain[] gains = [.. result.Points.Select(p => ZhaoGain.Of(p, ZhaoMethod.Isthmus)).OfType<ZhaoGain>()];
        List<Claim> claims = [];
        if (gains.MaxBy(g => g.Weakest) is { } best)
        {
            string at = $"at the operating point where the three are closest to the paper's together: {best.Point.Rate}, question \"{best.Point.Question.Name}\"";
            claims.Add(new($"Less traffic than sending everything, {at}", Percent(ZhaoGain.PaperTraffic), Percent(best.Traffic), "%", best.Traffic >= ZhaoGain.PaperTraffic));
            claims.Add(new("Less latency than sending everything, there", Percent(ZhaoGain.PaperLatency), Percent(best.Latency), "%", best.Latency >= ZhaoGain.PaperLatency));
            claims.Add(new("More accuracy than the device alone, there (the abstract does not say of what; here in points)", Percent(ZhaoGain.PaperAccuracy), Percent(best.Accuracy), "%", best.Accuracy >= ZhaoGain.PaperAccuracy));
            claims.Add(new($"Operating points, of {gains.Length}, at which all three are reached at once", null, gains.Count(g => g.Reached == 3), "points", gains.Any(g => g.Reached == 3)));
            claims.Add(new("Accuracy against sending everything, at that operating point: not below it", null, Percent(best.AccuracyOfAll), "points", best.AccuracyOfAll >= 0));
        }

        foreach (ZhaoQuestion question in result.Questions)
        {
            ZhaoPoint[] points = [.. result.At(question).Where(p => p.Of(ZhaoMethod.Zhao).MeasuredMs is not null && p.Of(ZhaoMethod.Isthmus).MeasuredMs is not null)];
            if (points.Length == 0) continue;
            if (question.MsPerAccuracy is { } worth)
            {
                double worst = points.Min(p => Accuracy(p, ZhaoMethod.Isthmus) - (p.Of(ZhaoMethod.Isthmus).MeasuredMs!.Value / worth) - Accuracy(p, ZhaoMethod.Zhao) + (p.Of(ZhaoMethod.Zhao).MeasuredMs!.Value / worth));
                claims.Add(new("Isthmus against the paper's method, accuracy and time together: its satisfaction minus the other's where that is worst", null, Percent(worst), "points", worst >= -0.01));
            }
            else if (question.WantsAccuracy)
            {
                double worst = points.Min(p => Accuracy(p, ZhaoMethod.Isthmus) - Accuracy(p, ZhaoMethod.Zhao));
                claims.Add(new("Isthmus against the paper's method, most accuracy within the deadline: its accuracy minus the other's where that is worst", null, Percent(worst), "points", worst >= 0));
            }
            else
            {
                double worst = points.Max(p => p.Of(ZhaoMethod.Isthmus).MeasuredMs!.Value / p.Of(ZhaoMethod.Zhao).MeasuredMs!.Value);
                claims.Add(new("Isthmus against the paper's method, least latency: its time over the other's where that is worst", null, worst, "×", worst <= Noise));
            }
        }

        foreach (ZhaoNetwork network in result.Networks)
        {
            if (network.Curve($"{ZhaoEffort.Jpeg}")?.Fits.FirstOrDefault(f => f.Kind == "gompertz") is { } gompertz)
            {
                claims.Add(new($"{network.Name}: root mean squared error of the Gompertz curve on its points, over the fraction of {ZhaoEffort.Jpeg}: at most 3 points", null, Percent(gompertz.Error), "points", gompertz.Error <= 0.03));
            }

            if (network.BytesFor($"{ZhaoEffort.Jpeg}", EqualLoss) is { } prefix && network.BytesFor("embedded", EqualLoss) is { } embedded)
                claims.Add(new($"{network.Name}: fewer bytes than the first part of {ZhaoEffort.Jpeg}, both {EqualLoss * 100:0} points below the un-encoded picture: at least 20 %", null, Percent(1 - (embedded / prefix)), "%", embedded <= 0.8 * prefix));
        }

        if (result.Cascade is { } cascade)
        {
            if (cascade.MedianGain is { } gain)
                claims.Add(new($"{cascade.Device} on the device decides by its confidence what {cascade.Remote} gets: accuracy above the same bytes spent on all alike, in the median", null, Percent(gain), "points", gain > 0));
            claims.Add(new("The same: fewer bytes than what all alike need to come within 2 points of the best that they reach", null, cascade.BytesSaved is { } saved ? Percent(saved) : null, "%", cascade.BytesSaved > 0));
        }

        double[] errors = [.. result.Points.SelectMany(p => p.Outcomes).Where(o => o is { SameRunAs: null, MeasuredMs: not null, PredictedMs: not null }).Select(o => Math.Abs((o.PredictedMs!.Value / o.MeasuredMs!.Value) - 1))];
        if (errors.Length > 0)
        {
            double close = (double)errors.Count(e => e <= 0.15) / errors.Length;
            claims.Add(new("Predicted latencies within 15 % of the measured median: at least four fifths", null, Percent(close), "%", close >= 0.8));
        }

        return [.. claims];
    }

    private static double Percent(double share) => Math.Round(share * 100, 3);

    private static double Accuracy(ZhaoPoint point, string method) => point.Of(method).Judged?.Accuracy ?? 0;
}
