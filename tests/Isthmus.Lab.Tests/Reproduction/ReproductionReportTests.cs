using Isthmus.Lab.Reporting;
using Isthmus.Lab.Reproduction;

namespace Isthmus.Lab.Tests.Reproduction;

public sealed class ReproductionReportTests
{
    [Fact]
    public void ToHtml_HostileTexts_AreEscapedAndNothingIsLoaded()
    {
        const string hostile = "<script>alert('x')</script>";
        string html = ReproductionReport.ToHtml(new()
        {
            Name = hostile,
            Paper = hostile,
            Summary = hostile,
            Quick = true,
            Created = DateTimeOffset.UnixEpoch,
            Seconds = 1,
            SoftwareVersion = hostile,
            Host = hostile,
            Emulated = [hostile],
            Claims = [new(hostile, null, 1.5, hostile, true), new("b", 2, null, "ms", false)],
            Sections =
            [
                new(hostile)
                {
                    Text = [hostile],
                    Tables = [new(hostile, ["<" + hostile, hostile], [([hostile, hostile], true)])],
                    Lines = [new(hostile, hostile, hostile, [new(hostile, "#000000", [(1, 1), (2, 2)])])],
                    Bars = [new StackedBarChart(hostile, hostile, [(hostile, "#000000")], [new(hostile, [new(hostile, 1)], hostile)])],
                },
            ],
        });
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=\"http", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("emulated", html, StringComparison.Ordinal);
        Assert.Contains("not met", html, StringComparison.Ordinal);
        Assert.Contains("none is quoted", html, StringComparison.Ordinal);
    }
}
