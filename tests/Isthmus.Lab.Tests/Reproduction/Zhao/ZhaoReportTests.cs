using System.Collections.Immutable;
using Isthmus.Lab.Reporting;
using Isthmus.Lab.Reproduction;
using Isthmus.Lab.Reproduction.Zhao;

namespace Isthmus.Lab.Tests.Reproduction.Zhao;

public sealed class ZhaoReportTests
{
    [Fact]
    public void Of_AnyResult_HasARowForEachMethodAndCurvesWithTheirFits()
    {
        ZhaoPoint point = InventedResult.Point(
            1, InventedResult.Deadline, InventedResult.Outcome(ZhaoMethod.Device, 90, 0, 70), InventedResult.Outcome(ZhaoMethod.Edge, 140, 10_000, 85, meets: false), new() { Method = ZhaoMethod.Cloud },
            InventedResult.Outcome(ZhaoMethod.Zhao, 95, 5_000, 80), InventedResult.Outcome(ZhaoMethod.Isthmus, 91, 4_000, 86));
        ImmutableArray<ReportSection> sections = ZhaoReport.Of(InventedResult.Of(point));
        ReportSection question = Assert.Single(sections, s => s.Title.StartsWith("Question \"deadline\"", StringComparison.Ordinal));
        ReportTable table = Assert.Single(question.Tables);
        Assert.Equal(6, table.Rows.Length);
        Assert.All(table.Rows, r => Assert.Equal(table.Columns.Length, r.Cells.Length));
        Assert.Contains("no plan", table.Rows[2].Cells);
        Assert.Contains(table.Rows[1].Cells, c => c.StartsWith("too late", StringComparison.Ordinal));
        ReportSection curves = Assert.Single(sections, s => s.Title.StartsWith("large", StringComparison.Ordinal));
        Assert.Equal(4, Assert.Single(curves.Tables).Rows.Length);
        Assert.All(sections.SelectMany(s => s.Tables), t => Assert.All(t.Rows, r => Assert.Equal(t.Columns.Length, r.Cells.Length)));
        Assert.All(sections.SelectMany(s => s.Lines).Where(l => l.Series.Length > 0), (LineChart l) => Assert.Contains("<polyline", l.ToSvg(), StringComparison.Ordinal));
    }
}
