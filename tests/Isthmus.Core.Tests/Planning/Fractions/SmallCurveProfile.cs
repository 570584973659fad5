using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Planning.Fractions;

/// <summary>A device, an edge and a cloud, one cut, and a curve of the embedded code: 20 kB whole, accuracy 0.8·exp(−4·exp(−8·x)) of 0.8.</summary>
internal static class SmallCurveProfile
{
    public static Profile Create()
    {
        GompertzCurve curve = new(0.8, 4, 8);
        double[] fractions = [0.1, 0.2, 0.4, 0.7, 1];
        ImmutableArray<CurvePoint> points = [.. fractions.Select(x => new CurvePoint(InputEncoding.Embedded.First(x), x, new((long)(20_000 * x)), curve.At(x), curve.At(x) - 0.02, curve.At(x) + 0.02, curve.At(x), 500))];
        ImmutableArray<CurveBand> band = [.. points.Select(p => new CurveBand(p.Fraction, p.Low, p.High))];
        InputCurve input = new("embedded", InputEncoding.Embedded, new(20_000), 500, 0.8, points, [new("gompertz", [0.8, 4, 8], 0.001, 0.01, band)], "gompertz");
        CutProfile cut = new("c00", [new("t", new TensorShape(1, 8, 7, 7))], new(1568), 0.5, [new(CodecSpec.Raw, new(8000), 0, 500)]);
        return new(
            Profile.CurrentVersion, ModelHash.Of([7]), "small.onnx", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "0.0.0", 500, 100,
            [cut], [new(InputEncoding.Embedded, new(20_000), 0, 500)],
            [Node("device", Tier.Device, 900), Node("edge", Tier.Edge, 25), Node("cloud", Tier.Cloud, 8)],
            [new("device", "edge", new(10), new(2e6), false), new("edge", "cloud", new(4), new(50e6), false), new("device", "cloud", new(40), new(1e6), false)])
        { InputCurves = [input] };
    }

    private static NodeProfile Node(string name, Tier tier, double ms)
    {
        Timing half = new(new(ms / 2), new(ms / 2), 5), whole = new(new(ms), new(ms), 5);
        return new(
            name, tier, tier == Tier.Device ? null : $"http://{name}:1", 1, "test", "test", 1, Milliseconds.Zero,
            [new(null, null, whole), new(null, "c00", half), new("c00", null, half)],
            [new("c00", CodecSpec.Raw, new(0.5), new(0.5))],
            [new(InputEncoding.Embedded, new(2), new(1)), .. tier == Tier.Device ? [new InputTiming(InputEncoding.Local, Milliseconds.Zero, new(2))] : Array.Empty<InputTiming>()]);
    }
}
