using System.Globalization;
using System.Text;

namespace Isthmus.Bench.Zoo;

/// <summary>A report as Markdown tables.</summary>
public static class ZooMarkdown
{
    /// <summary>Writes all tables.</summary>
    public static string Write(ZooReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder text = new();
        text.AppendLine("# The zoo: results");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Made by `./isthmus bench zoo --models DIR --images DIR -o docs/zoo-results.md`; [zoo.md](zoo.md) says what it means. {report.Networks.Length} networks with random weights, measured block by block on one machine; device {report.DeviceSlowdown:0.#}× and edge {report.EdgeSlowdown:0.#}× as slow as it, links assumed: all of it emulated. Photographs of {report.Networks.Average(n => n.FileBytes) / 1000:0} kB.");
        text.AppendLine();
        string[] links = [.. report.Answers.Select(a => a.Link).Distinct()];
        string[] compressions = [.. report.Answers.Select(a => a.Compression).Distinct()];
        foreach (bool stays in new[] { false, true })
        {
            text.AppendLine(stays ? "## Where they are fastest if the picture may not leave the device" : "## Where networks are fastest if the picture may leave the device");
            text.AppendLine();
            text.AppendLine("Numbers of networks; in brackets the median and the largest gain of those that split, over the fastest plan that does not split.");
            text.AppendLine();
            text.AppendLine("| link | activations | device | edge | cloud | split |");
            text.AppendLine("|---|---|---|---|---|---|");
            foreach (ZooCell c in report.Cells.Where(c => c.PictureStays == stays))
            {
                string gain = c.MedianGain is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({c.MedianGain:0.00}×, {c.LargestGain:0.00}×)");
                text.AppendLine(CultureInfo.InvariantCulture, $"| {c.Link} | {c.Compression} | {c.Device} | {c.Edge} | {c.Cloud} | {c.Split}{gain} |");
            }

            text.AppendLine();
            // In the open case compression changes next to nothing; where the picture stays, the first and the last show the range.
            foreach (string compression in stays ? [compressions[0], compressions[^1]] : new[] { compressions[^1] })
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"Milliseconds of each network's fastest plan, activations {compression}; of a split one also its gain.");
                text.AppendLine();
                text.AppendLine("| network | " + string.Join(" | ", links) + " |");
                text.AppendLine("|---|" + string.Concat(links.Select(_ => "---|")));
                foreach (IGrouping<string, ZooAnswer> row in report.Answers.Where(a => a.Compression == compression && a.PictureStays == stays).GroupBy(a => a.Network))
                    text.AppendLine($"| {row.Key} | {string.Join(" | ", row.Select(Cell))} |");
                text.AppendLine();
            }
        }

        text.AppendLine("## The networks");
        text.AppendLine();
        text.AppendLine("| network | MACs | cuts | whole | sum of blocks | smallest cut in the first half, raw ÷ file |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (ZooNetwork n in report.Networks)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {n.Name} | {n.Macs / 1e9:0.00} G | {n.Cuts} | {n.WholeMs:0.0} ms | {n.AdditivityError:+0.0 %;−0.0 %} | {n.SmallestShare:0.0} |");
        return text.ToString();
    }

    private static string Cell(ZooAnswer a) => string.Create(
        CultureInfo.InvariantCulture, $"{(a.Splits ? a.Plan : a.Where)} {a.Ms:0}{(a.Splits ? string.Create(CultureInfo.InvariantCulture, $" ({a.Gain:0.00}×)") : "")}");
}
