using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Lab.Reproduction.Zhao;

namespace Isthmus.Lab.Tests.Reproduction.Zhao;

/// <summary>Results of an experiment that never ran.</summary>
internal static class InventedResult
{
    public static ZhaoQuestion Fastest { get; } = new("fastest", "the least latency", 0.02, null);

    public static ZhaoQuestion Deadline { get; } = new("deadline", "the most accuracy within 100 ms", null, 100);

    public static ZhaoOutcome Outcome(string method, double ms, double bytes, int right, bool meets = true, double predictedMs = 0, double predictedLoss = 0) => new()
    {
        Method = method,
        Plan = $"plan of {method}",
        MeetsQuestion = meets,
        PredictedMs = predictedMs > 0 ? predictedMs : ms,
        PredictedBytes = bytes,
        PredictedLoss = predictedLoss,
        MeasuredMs = ms,
        Bytes = bytes,
        Judged = new(100, right),
    };

    // The device alone, everything to edge and cloud, the paper's method, and ours.
    public static ZhaoPoint Point(double megabits, ZhaoQuestion question, ZhaoOutcome device, ZhaoOutcome edge, ZhaoOutcome cloud, ZhaoOutcome zhao, ZhaoOutcome ours) => new(
        new(megabits * 1e6), new(megabits * 1e6), question, [device, edge, cloud, edge with { Method = ZhaoMethod.Quality }, zhao, ours]);

    public static ZhaoResult Of(params ZhaoPoint[] points) => new()
    {
        Networks =
        [
            new("small", 50_000_000, 0.7, 50, 12, 6, []),
            new("large", 5_000_000_000, 0.9, 300, 80, 40, [Curve("jpeg:75", InputEncoding.Jpeg(75), 10_000, 6), Curve("embedded", InputEncoding.Embedded, 8_000, 10)]),
        ],
        Labelled = true,
        HeldOut = true,
        Views = null,
        CalibrationPhotographs = 100,
        TimedPhotographs = 10,
        JudgedPhotographs = 100,
        Questions = [Fastest, Deadline],
        Methods = [.. new[] { ZhaoMethod.Device, ZhaoMethod.Edge, ZhaoMethod.Cloud, ZhaoMethod.Quality, ZhaoMethod.Zhao, ZhaoMethod.Isthmus }.Select(m => new ZhaoMethod(m, $"about {m}", "#123456", SearchSpace.All))],
        Points = [.. points],
        Cascade = null,
        RoundTrip = new(10),
    };

    // A Gompertz curve that tends to 0.9.
    private static InputCurve Curve(string family, InputEncoding reference, long bytes, double c)
    {
        GompertzCurve curve = new(0.9, 3, c);
        ImmutableArray<double> fractions = [0.1, 0.3, 0.5, 1];
        return new(
            family, reference, new(bytes), 100, 0.9, [.. fractions.Select(x => new CurvePoint(reference.First(x), x, new((long)(bytes * x)), curve.At(x), curve.At(x) - 0.05, Math.Min(1, curve.At(x) + 0.05), 0.9, 100))],
            [new("gompertz", [0.9, 3, c], 0.002, 0.01, []), new("exponential", [0.9, 0.5, 3], 0.02, 0.05, [])], "gompertz");
    }
}
