using Isthmus.Core.Errors;
using Isthmus.Lab.Fuzzing.Images;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>What `fuzz image` prints and writes.</summary>
internal static class ImageFuzzOutput
{
    /// <summary>Writes a file for each finding.</summary>
    public static ImageFuzzReport Save(ImageFuzzReport report, ImageFuzzOptions options, string folder)
    {
        Directory.CreateDirectory(folder);
        ImageFuzzer maker = new(options);
        return report with
        {
            Findings =
            [
                .. report.Findings.Select(f =>
                {
                    string path = Path.Combine(folder, $"image-{options.Seed}-{f.Input}.json");
                    maker.Reproducer(f.Input).Save(path);
                    return f with { Reproducer = path };
                }),
            ],
        };
    }

    /// <summary>The error of a run with findings.</summary>
    public static IsthmusException Found(ImageFuzzReport report) => new(ErrorKind.Verification, $"{report.FindingCount} of {report.Inputs} inputs show a defect: report it with the reproducer.");

    /// <summary>Prints a report.</summary>
    public static void Draw(IAnsiConsole console, ImageFuzzReport report)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Form", "Made of", "Inputs", "Accepted", "Slowest", "Peak memory");
        for (int i = 2; i < table.Columns.Count; i++) table.Columns[i].RightAligned();
        foreach (ImageFuzzTally form in report.Forms.GroupBy(f => f.Form == "file" ? (f.Form, f.Corpus) : (f.Form, Corpus: "")).Select(g => g.Aggregate(Sum) with { Corpus = g.Key.Corpus }))
            table.AddRow(form.Form, Markup.Escape(form.Corpus), $"{form.Inputs:N0}", $"{form.Accepted:N0}", $"{form.SlowestMs:0.0} ms", $"{form.PeakBytes / 1e6:0} MB");
        table.AddRow("all", "", $"{report.Inputs:N0}", $"{report.Accepted:N0}", $"{report.SlowestMs:0.0} ms", $"{report.PeakBytes / 1e6:0} MB");
        console.Write(table);
        console.WriteLine($"Seed {report.Seed}, inputs {report.From} to {report.From + report.Inputs - 1}: {report.Good:N0} good ones; {report.Inputs:N0} in {report.Seconds:0.0} s, {report.PerSecond:N0} a second.");
        if (report.FindingCount == 0)
        {
            console.WriteLine("0 findings: each became a tensor or was refused in one sentence; no crash, nothing beyond the bounds of memory and time.");
            return;
        }

        foreach (ImageFuzzFinding finding in report.Findings)
        {
            console.WriteLine();
            console.WriteLine($"{finding.Kind}: {finding.Form} made of {finding.Corpus}, seed {report.Seed}, input {finding.Input} ({string.Join(", ", finding.Mutations)})");
            console.WriteLine($"  {finding.Message}");
            if (finding.Reproducer is { } path) console.WriteLine($"  isthmus fuzz image --replay {path}");
        }

        if (report.FindingCount > report.Findings.Length) console.WriteLine($"and {report.FindingCount - report.Findings.Length:N0} more.");
    }

    private static ImageFuzzTally Sum(ImageFuzzTally a, ImageFuzzTally b) =>
        a with { Inputs = a.Inputs + b.Inputs, Accepted = a.Accepted + b.Accepted, SlowestMs = Math.Max(a.SlowestMs, b.SlowestMs), PeakBytes = Math.Max(a.PeakBytes, b.PeakBytes) };
}
