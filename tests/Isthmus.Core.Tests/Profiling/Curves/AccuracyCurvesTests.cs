using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Profiling.Curves;

public sealed class AccuracyCurvesTests
{
    [Fact]
    public void Create_ParametersOfACurve_IsTheSameCurve()
    {
        foreach (IAccuracyCurve curve in new IAccuracyCurve[] { new GompertzCurve(0.8, 9, 11), new ExponentialCurve(0.7, 1.2, 5), new TableCurve([new(0.1, 0.2), new(1, 0.9)]) })
            Assert.Equal(curve, AccuracyCurves.Create(curve.Kind, AccuracyCurves.Parameters(curve)));
    }

    [Fact]
    public void Create_WhatIsNoCurve_IsRefusedInASentence()
    {
        foreach ((string? kind, ImmutableArray<double> parameters) in new (string?, ImmutableArray<double>)[]
        {
            ("logistic", [1, 2, 3]), (null, [1]), ("gompertz", default), ("gompertz", [1, 2]), ("gompertz", [0.8, 0, 3]), ("gompertz", [0.8, 1, -3]), ("exponential", [0.8, double.NaN, 1]),
            ("exponential", [0.8, double.PositiveInfinity, 1]), ("table", []), ("table", [0.1]), ("table", [0.1, 0.5, 0.2, 0.4]),
        })
        {
            IsthmusException e = Assert.Throws<IsthmusException>(() => AccuracyCurves.Create(kind, parameters));
            Assert.Equal(ErrorKind.Planning, e.Kind);
            Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
        }
    }
}
