using System.CommandLine;
using Isthmus.Bench;
using Isthmus.Bench.Compression;
using Isthmus.Bench.Inputs;
using Isthmus.Bench.Probabilities;
using Isthmus.Bench.Zoo;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`bench`: measures a subsystem beside its baseline, in one run.</summary>
internal sealed class BenchCommand : ICommandFactory
{
    public Command Create()
    {
        Argument<string?> name = new("name")
        {
            Description = "The comparison to run: " + string.Join(", ", Comparisons.All.Select(c => c.Name)) + ".",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> list = new("--list") { Description = "List the comparisons instead of running one." };
        Command bench = new("bench", "Measure a subsystem beside its baseline in the same run, and print figures, ratios and goals.") { name, list };
        // A comparison that needs options of its own is a command of its own below this one.
        bench.Subcommands.Add(new CompressionBenchCommand().Create());
        bench.Subcommands.Add(new DenseProbabilitiesCommand().Create());
        bench.Subcommands.Add(new InputBenchCommand().Create());
        bench.Subcommands.Add(new PictureStartCommand().Create());
        bench.Subcommands.Add(new ZooBenchCommand().Create());
        return bench.Runs(async run =>
        {
            if (run.Options.GetValue(list))
            {
                run.Result(new { comparisons = Listed.Select(c => new { c.Name, c.Summary }) }, List);
                return;
            }

            IComparison comparison = Comparisons.Get(run.Options.GetValue(name)
                ?? throw new IsthmusException(ErrorKind.Usage, "No comparison was named: 'isthmus bench --list' lists them."));
            IReadOnlyList<ComparisonRow> rows = await run.WithProgressAsync(
                $"bench {comparison.Name}", progress => Task.Run(() => comparison.RunAsync(progress, run.CancellationToken), run.CancellationToken));
            run.Result(new { comparison.Name, comparison.Summary, Environment.ProcessorCount, rows }, console => Draw(console, comparison, rows));
        });
    }

    private static IEnumerable<(string Name, string Summary)> Listed =>
        Comparisons.All.Select(c => (c.Name, c.Summary)).Append((CompressionComparison.Name, CompressionComparison.Summary)).Append((DenseProbabilities.Name, DenseProbabilities.Summary)).Append((InputComparison.Name, InputComparison.Summary)).Append((PictureStart.Name, PictureStart.Summary)).Append((ZooStudy.Name, ZooStudy.Summary)).OrderBy(c => c.Item1, StringComparer.Ordinal);

    private static void List(IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Name", "Compares");
        foreach ((string name, string summary) in Listed) table.AddRow(Markup.Escape(name), Markup.Escape(summary));
        console.Write(table);
    }

    private static void Draw(IAnsiConsole console, IComparison comparison, IReadOnlyList<ComparisonRow> rows)
    {
        console.WriteLine(comparison.Summary);
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Case", "Metric", "Isthmus", "Baseline", "", "Ratio", "Goal", "");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        table.Columns[5].RightAligned();
        foreach (ComparisonRow row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Case), Markup.Escape($"{row.Metric}, {row.Unit}"), Figure(row.Figure), Figure(row.Baseline),
                Markup.Escape(row.BaselineName), row.Ratio.ToString("0.00×"), Markup.Escape(row.Goal ?? ""),
                row.Met switch { true => "[green]met[/]", false => "[red]not met[/]", null => "" });
        }

        console.Write(table);
    }

    private static string Figure(double value) => value.ToString(Math.Abs(value) switch { >= 100 => "N0", >= 1 => "0.00", _ => "0.0000" });
}
