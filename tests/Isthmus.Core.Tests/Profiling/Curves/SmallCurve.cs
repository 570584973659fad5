using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Profiling.Curves;

/// <summary>A curve and a table of confidence with invented numbers.</summary>
internal static class SmallCurve
{
    public static InputCurve Create()
    {
        InputEncoding whole = InputEncoding.Jpeg(75);
        return new(
            "jpeg:75", whole, new(7400), 100, 0.8,
            [
                new(whole.First(0.1), 0.1, new(1000), 0.2, 0.13, 0.29, 0.22, 100),
                new(whole.First(0.4), 0.4, new(3200), 0.6, 0.5, 0.69, 0.66, 100),
                new(whole, 1, new(7400), 0.78, 0.69, 0.85, 1, 100),
            ],
            [
                new(AccuracyCurves.Gompertz, [0.79, 2, 5], 0.01, 0.05, [new(0.1, 0.12, 0.28), new(0.4, 0.5, 0.7), new(1, 0.7, 0.85)]),
                new(AccuracyCurves.Table, [0.1, 0.2, 0.4, 0.6, 1, 0.78], 0, 0.06, []),
            ],
            AccuracyCurves.Gompertz);
    }

    public static Profile In(Profile profile) => profile with
    {
        InputCurves = [Create()],
        ConfidenceTables = [new(profile.Model, "small.onnx", "jpeg:75", [0.1, 0.4, 1], [new(0, 50, 20, [8, 25, 40]), new(0.6, 50, 45, [12, 35, 38])])],
    };
}
