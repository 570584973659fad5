using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Bench.Compression;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`bench compression`: every codec at cuts of real networks, beside a simple one and JALAD's, on the user's photographs.</summary>
internal sealed class CompressionBenchCommand : ICommandFactory
{
    public Command Create()
    {
        Option<string> models = new("--models") { Description = "Folder with the networks, as NAME.onnx.", HelpName = "DIR", Required = true };
        Option<string> images = new("--images") { Description = "Folder with the photographs.", HelpName = "DIR", Required = true };
        Option<string?> labels = new("--labels") { Description = "CSV file with the columns file and class_index (default: labels.csv in the folder of photographs or beside it).", HelpName = "CSV" };
        Option<string?> rows = new("--rows") { Description = $"Which rows: {string.Join(", ", CompressionCase.All.Select(c => c.Name))}, the beginning of such names, or NETWORK:CUT, NETWORK:all (default: all that have a name).", HelpName = "ROW,…" };
        Option<string?> codecs = new("--codecs") { Description = "Which codecs beside the simple one: huffman, fast, dense, or single ones such as dense:4 (default: all of these).", HelpName = "CODEC,…" };
        Option<int?> photographs = new("--photographs") { Description = "How many photographs, at most (default: 334 for MobileNet, 100 for Inception, the first in the order of their names).", HelpName = "N" };
        Option<bool> quick = new("--quick") { Description = "Take every fourth photograph and fewer settings." };
        Command command = new(CompressionComparison.Name, CompressionComparison.Summary) { models, images, labels, rows, codecs, photographs, quick };
        return command.Runs(async run =>
        {
            bool isQuick = run.Options.GetValue(quick);
            CompressionOptions options = new()
            {
                Models = run.Options.GetValue(models)!,
                Images = run.Options.GetValue(images)!,
                Labels = run.Options.GetValue(labels),
                Root = Environment.GetEnvironmentVariable("ISTHMUS_ROOT"),
                Cases = run.Options.GetValue(rows) is { } some ? CompressionCase.Parse(some) : CompressionCase.All,
                Codecs = run.Options.GetValue(codecs) is { } few ? CompressionOptions.ParseCodecs(few, isQuick) : CompressionOptions.DefaultCodecs(isQuick),
                Photographs = run.Options.GetValue(photographs) is { } count ? count >= 1 ? count : throw new IsthmusException(ErrorKind.Usage, $"{count} photographs are not possible: choose 1 or more.") : null,
                Quick = isQuick,
            };
            CompressionReport report = await run.WithProgressAsync(
                $"bench {CompressionComparison.Name}", progress => Task.Run(() => CompressionComparison.Run(options, progress, run.CancellationToken), run.CancellationToken));
            run.Result(new { CompressionComparison.Name, CompressionComparison.Summary, report.Quick, report.Goals, report.Rows }, console => Draw(console, report));
        });
    }

    private static void Draw(IAnsiConsole console, CompressionReport report)
    {
        console.WriteLine(CompressionComparison.Summary);
        foreach (CompressionRow row in report.Rows)
        {
            console.WriteLine();
            console.WriteLine($"{row.Name}: {row.Network} {row.Cut} {string.Join(" + ", row.Shapes)} ({string.Join(", ", row.Tensors)})");
            console.WriteLine($"{row.Values:N0} values, {row.ZeroShare:P1} zeros, {row.MacShare:P1} of the work before; {row.Photographs} photographs{(row.WholeTop1 is null ? "" : $", the whole network {Percent(row.WholeTop1)} top-1")}");
            if (row.TablesBytes is { } tables) console.WriteLine($"Trained tables, once for both sides: {tables / 1000:0.0} kB");
            Settings(console, row);
            EqualAgreement(console, "floor", "the floor codec", row.AgainstFloor);
            EqualDivergence(console, row);
            EqualAgreement(console, "JALAD", "JALAD's codec", row.AgainstJalad);
            if (!row.AgainstJaladTop1.IsEmpty) EqualLoss(console, row);
        }

        if (!report.Goals.IsEmpty) Goals(console, report.Goals);
    }

    private static void Settings(IAnsiConsole console, CompressionRow row)
    {
        Table table = Table("codec", "kB", "bit/value", "same answer", "divergence", "top-1", "lost", "encode", "decode", "published: bit/value", "same answer", "top-1");
        foreach (MeasuredSetting s in row.Settings)
        {
            PublishedFigure? published = row.Published.FirstOrDefault(p => p.Codec == s.Codec)?.Published;
            table.AddRow(
                s.Codec, (s.Bytes / 1000).ToString("0.00"), s.BitsPerValue.ToString("0.000"), Percent(s.Agreement), Nats(s.Divergence), Percent(s.Top1), Percent(s.Loss), Rate(s.EncodeRate), Rate(s.DecodeRate),
                published?.BitsPerValue.ToString("0.00") ?? "", Percent(published?.Agreement), Percent(published?.Top1));
        }

        console.Write(table);
    }

    private static void EqualAgreement(IAnsiConsole console, string column, string baseline, ImmutableArray<EqualAgreement> comparisons)
    {
        if (comparisons.IsEmpty) return;
        console.WriteLine($"Bytes at the agreement of {baseline}: between two measured settings, and of the smallest setting that agrees as often");
        Table table = Table(column, "kB", "same answer", "codec", "kB", "saved", "setting", "kB", "saved", "its agreement more by, 95 %");
        foreach (EqualAgreement c in comparisons)
        {
            table.AddRow(
                c.Baseline, Kilo(c.BaselineBytes), Percent(c.Agreement), c.Kind, Kilo(c.Bytes), Percent(c.Saving), c.Nearest ?? "none", Kilo(c.NearestBytes), Percent(c.NearestSaving),
                c.Difference is null ? "" : $"{100 * c.Difference:+0.0;-0.0;0.0} ({100 * c.Low:+0.0;-0.0;0.0} … {100 * c.High:+0.0;-0.0;0.0})");
        }

        console.Write(table);
    }

    private static void EqualDivergence(IAnsiConsole console, CompressionRow row)
    {
        if (row.AtFloorsDivergence.IsEmpty) return;
        console.WriteLine("Bytes at the divergence of the floor codec's answers from the whole network's (Kullback-Leibler, nats, mean)");
        Table table = Table("floor", "kB", "divergence", "codec", "kB", "saved");
        foreach (EqualDivergence c in row.AtFloorsDivergence)
            table.AddRow(c.Baseline, Kilo(c.BaselineBytes), Nats(c.Divergence), c.Kind, Kilo(c.Bytes), Percent(c.Saving));
        console.Write(table);
    }

    private static void EqualLoss(IAnsiConsole console, CompressionRow row)
    {
        console.WriteLine("Bytes at the top-1 loss of JALAD's codec");
        Table table = Table("JALAD", "kB", "lost", "codec", "kB", "ratio", "setting", "ratio");
        foreach (EqualLoss c in row.AgainstJaladTop1)
            table.AddRow(c.Baseline, Kilo(c.BaselineBytes), Percent(c.Loss), c.Kind, Kilo(c.Bytes), Times(c.Ratio), c.Nearest ?? "none", Times(c.NearestRatio));
        console.Write(table);
    }

    private static void Goals(IAnsiConsole console, ImmutableArray<CompressionGoal> goals)
    {
        console.WriteLine();
        console.WriteLine($"{goals.Count(g => g.Met)} of {goals.Length} goals met");
        Table table = new Table().Border(TableBorder.Simple).AddColumns("row", "codec", "goal", "measured", "");
        foreach (CompressionGoal g in goals)
            table.AddRow(new Text(g.Row), new Text(g.Codec ?? "none"), new Text(g.What), new Text(g.Figure is null ? "none" : $"{g.Figure:0.00} {g.Unit}"), new Markup(g.Met ? "[green]met[/]" : "[red]not met[/]"));
        console.Write(table);
    }

    private static Table Table(params string[] columns)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in columns) table.AddColumn(new TableColumn(column) { Alignment = column is "codec" or "floor" or "JALAD" or "setting" ? Justify.Left : Justify.Right });
        return table;
    }

    private static string Percent(double? share) => share is null ? "" : $"{100 * share:0.0} %";

    private static string Nats(double? nats) => nats is null ? "" : $"{nats:0.0000}";

    private static string Kilo(double? bytes) => bytes is null ? "none" : $"{bytes / 1000:0.00}";

    private static string Times(double? ratio) => ratio is null ? "none" : $"{ratio:0.00}×";

    private static string Rate(double? millions) => millions is null ? "" : $"{millions:0} M/s";
}
