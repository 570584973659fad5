using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Bench.Inputs;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`bench input`: accuracy against bytes of every form in which a picture crosses, on the user's photographs.</summary>
internal sealed class InputBenchCommand : ICommandFactory
{
    private static readonly (InputFamily Family, string Name)[] Families =
        [(InputFamily.JpegPart, "JPEG part"), (InputFamily.JpegQuality, "JPEG quality"), (InputFamily.JpegScale, "JPEG smaller"), (InputFamily.Webp, "WebP"), (InputFamily.Embedded, "embedded")];

    public Command Create()
    {
        Option<string> models = new("--models") { Description = "Folder with the networks, as NAME.onnx.", HelpName = "DIR", Required = true };
        Option<string> images = new("--images") { Description = "Folder with the photographs.", HelpName = "DIR", Required = true };
        Option<string?> labels = new("--labels") { Description = "CSV file with the columns file and class_index (default: labels.csv in the folder of photographs or beside it).", HelpName = "CSV" };
        Option<string?> networks = new("--networks") { Description = $"Which networks (default: {string.Join(", ", InputOptions.DefaultNetworks)}).", HelpName = "NAME,…" };
        Option<string?> forms = new("--forms") { Description = "Which forms, such as jpeg:75@0.5, webp:30, embedded@0.4 (default: some 45 of all families).", HelpName = "FORM,…" };
        Option<int?> photographs = new("--photographs") { Description = "How many photographs, at most, the first in the order of their names (default: all).", HelpName = "N" };
        Option<bool> quick = new("--quick") { Description = "Take every fourth photograph and fewer forms." };
        Command command = new(InputComparison.Name, InputComparison.Summary) { models, images, labels, networks, forms, photographs, quick };
        return command.Runs(async run =>
        {
            bool isQuick = run.Options.GetValue(quick);
            InputOptions options = new()
            {
                Models = run.Options.GetValue(models)!,
                Images = run.Options.GetValue(images)!,
                Labels = run.Options.GetValue(labels),
                Root = Environment.GetEnvironmentVariable("ISTHMUS_ROOT"),
                Networks = run.Options.GetValue(networks) is { } some ? [.. some.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] : InputOptions.DefaultNetworks,
                Forms = run.Options.GetValue(forms) is { } few ? InputOptions.ParseForms(few) : InputOptions.DefaultForms(isQuick),
                Photographs = run.Options.GetValue(photographs) is { } count ? count >= 1 ? count : throw new IsthmusException(ErrorKind.Usage, $"{count} photographs are not possible: choose 1 or more.") : null,
                Quick = isQuick,
            };
            InputReport report = await run.WithProgressAsync(
                $"bench {InputComparison.Name}", progress => Task.Run(() => InputComparison.Run(options, progress, run.CancellationToken), run.CancellationToken));
            run.Result(new { InputComparison.Name, InputComparison.Summary, report.Quick, report.Goals, report.Rows }, console => Draw(console, report));
        });
    }

    private static void Draw(IAnsiConsole console, InputReport report)
    {
        console.WriteLine(InputComparison.Summary);
        foreach (InputRow row in report.Rows)
        {
            console.WriteLine();
            console.WriteLine($"{row.Network}, {row.Width}×{row.Height}: {row.Photographs} photographs, {row.Unseen} of them unseen{(row.Top1 is null ? "" : $"; {Percent(row.Top1)} top-1 from the pictures themselves")}");
            Table table = Table("form", "bytes", "same answer", "divergence", "top-1", "encode, ms", "decode, ms");
            foreach (MeasuredInput s in row.Settings)
                table.AddRow(s.Form.ToString(), s.Bytes.ToString("N0"), Percent(s.Agreement), s.Divergence.ToString("0.0000"), Percent(s.Top1), Time(s.EncodeMs), Time(s.DecodeMs));
            console.Write(table);
            console.WriteLine("Bytes at equal accuracy, between two settings; saved: by the embedded code");
            Table equal = Table([.. (string[])["photographs", "accuracy"], .. Families.Select(f => f.Name), "saved: part", "quality", "WebP"]);
            foreach (EqualAccuracy e in row.AtEqualAccuracy)
            {
                equal.AddRow([
                    e.Photographs, e.Measure == "divergence" ? $"{e.Level:0.00} nats" : $"{100 * e.Level:0.#} % same",
                    .. Families.Select(f => e.Bytes.TryGetValue(f.Family, out double b) ? b.ToString("N0") : ""),
                    Percent(e.SavedAgainst(InputFamily.JpegPart)), Percent(e.SavedAgainst(InputFamily.JpegQuality)), Percent(e.SavedAgainst(InputFamily.Webp)),
                ]);
            }

            console.Write(equal);
        }

        Goals(console, report.Goals);
    }

    private static void Goals(IAnsiConsole console, ImmutableArray<InputGoal> goals)
    {
        console.WriteLine();
        console.WriteLine($"At equal accuracy at least 20 % fewer bytes than the better part of two progressive JPEGs: met in {goals.Count(g => g.Met)} of {goals.Length} (geometric means over the levels above)");
        Table table = Table("network", "accuracy by", "photographs", "saved", "at least", "against lower quality", "against WebP", "");
        foreach (InputGoal g in goals)
            table.AddRow(new Text(g.Network), new Text(g.Measure), new Text(g.Photographs), new Text(Percent(g.Saved)), new Text(Percent(g.Least)), new Text(Percent(g.AgainstQuality)), new Text(Percent(g.AgainstWebp)), new Markup(g.Met ? "[green]met[/]" : "[red]not met[/]"));
        console.Write(table);
    }

    private static Table Table(params string[] columns)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in columns) table.AddColumn(new TableColumn(column) { Alignment = column is "form" or "photographs" or "network" or "accuracy by" or "" ? Justify.Left : Justify.Right });
        return table;
    }

    private static string Percent(double? share) => share is null ? "" : $"{100 * share:0.0} %";

    private static string Time(double? ms) => ms is null ? "" : $"{ms:0.0}";
}
