using System.Globalization;
using System.Text.RegularExpressions;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Tests.Reporting;

public sealed partial class LineChartTests
{
    [Fact]
    public void ToSvg_Marks_StandWhereTheirValuesAre()
    {
        LineChart chart = new("t", "x", "y", [new("a", "#123456", [(1, 10), (10, 100), (100, 1000)], AsMarks: true)]);
        double[][] places = [.. Circle().Matches(chart.ToSvg()).Select(m => new[] { Number(m.Groups["x"]), Number(m.Groups["y"]) })];
        Assert.Equal(3, places.Length);
        // Equal ratios are equal distances, and more is higher up.
        Assert.Equal(places[1][0] - places[0][0], places[2][0] - places[1][0], 0.2);
        Assert.Equal(places[0][1] - places[1][1], places[1][1] - places[2][1], 0.2);
        Assert.True(places[0][0] < places[1][0] && places[0][1] > places[1][1]);
    }

    [Fact]
    public void ToSvg_LinearScales_ShowZeroAndPutEqualDifferencesAtEqualDistances()
    {
        LineChart chart = new("t", "x", "y", [new("a", "#123456", [(0, 0), (0.5, 50), (1, 100)], AsMarks: true)]) { HasLinearX = true, HasLinearY = true };
        double[][] places = [.. Circle().Matches(chart.ToSvg()).Select(m => new[] { Number(m.Groups["x"]), Number(m.Groups["y"]) })];
        Assert.Equal(3, places.Length);
        Assert.Equal(places[1][0] - places[0][0], places[2][0] - places[1][0], 0.2);
        Assert.Equal(places[0][1] - places[1][1], places[1][1] - places[2][1], 0.2);
        Assert.True(places[0][0] < places[1][0] && places[0][1] > places[1][1]);
        Assert.Contains(">20</text>", chart.ToSvg(), StringComparison.Ordinal);
        Assert.Single(Circle().Matches(new LineChart("t", "x", "y", [new("a", "#123456", [(0, 7)], AsMarks: true)]) { HasLinearX = true, HasLinearY = true }.ToSvg()));
        Assert.Contains(">100</text>", new LineChart("t", "x", "y", [new("a", "#123456", [(1, 100), (2, 100)])]) { HasLinearY = true }.ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToSvg_WhatALogarithmCannotShow_IsLeftOut()
    {
        LineChart chart = new("t", "x", "y", [new("a", "#123456", [(1, 0), (2, -1), (3, double.NaN), (0, 5), (4, 5), (5, double.PositiveInfinity)], AsMarks: true)]);
        Assert.Single(Circle().Matches(chart.ToSvg()));
        Assert.DoesNotContain("NaN", chart.ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToSvg_NothingToDraw_IsAnEmptyPicture()
    {
        LineChart chart = new("t", "x", "y", [new("a", "#123456", [(1, 0)])]);
        Assert.EndsWith("</svg>", chart.ToSvg(), StringComparison.Ordinal);
        Assert.DoesNotContain("polyline", chart.ToSvg(), StringComparison.Ordinal);
        Assert.DoesNotContain("<i", chart.ToLegend(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToSvg_OnePoint_IsDrawn()
    {
        LineChart chart = new("t", "x", "y", [new("a", "#123456", [(7, 7)], AsMarks: true)]);
        Assert.Single(Circle().Matches(chart.ToSvg()));
    }

    [Fact]
    public void ToLegend_CurveAndMarksOfOneName_ShareAnEntry()
    {
        LineChart chart = new("t", "x", "y", [new("<b>", "#123456", [(1, 1), (2, 2)]), new("<b>", "#123456", [(1, 1)], AsMarks: true)]);
        Assert.Equal(1, chart.ToLegend().Split("<i ").Length - 1);
        Assert.Contains("&lt;b&gt;", chart.ToLegend(), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", chart.ToSvg(), StringComparison.Ordinal);
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("<circle cx=\"(?<x>[0-9.]+)\" cy=\"(?<y>[0-9.]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Circle();
}
