using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Core.Statistics;
using Isthmus.Core.Variants;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Manifests;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Variants;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`accuracy`: how often networks are right on labelled pictures, beside each other; and the ladder from which one is chosen.</summary>
internal sealed class AccuracyCommand : ICommandFactory
{
    private readonly Argument<string[]> _models = new("MODEL") { Description = "The ONNX files, one or more for the same task.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _images = new("--images") { Description = "An IDX file of pictures (.gz or not), or a folder of photographs.", HelpName = "FILE|DIR", Required = true };
    private readonly Option<string> _labels = new("--labels") { Description = "The IDX file of their classes; of a folder a CSV file: file,class_index.", HelpName = "FILE", Required = true };
    private readonly Option<int?> _limit = new("--limit") { Description = "At most so many pictures, the first ones (default: all).", HelpName = "N" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the ladder goes, as JSON: the networks with their hashes and what was counted. They must lie beside it or below.", HelpName = "FILE" };
    private readonly Option<string?> _name = new("--data-name") { Description = "What the ladder calls the pictures (default: the file's or folder's name).", HelpName = "TEXT" };

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("accuracy", "Measure how often networks for one task are right on labelled pictures, and write the ladder of variants that is chosen from.");
        command.Arguments.Add(_models);
        foreach (Option option in new Option[] { _images, _labels, _limit, _output, _name }) command.Options.Add(option);
        SessionOptions session = SessionOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, session, manifest));
    }

    private async Task RunAsync(Invocation inv, SessionOptions session, ManifestOptions manifest)
    {
        string[] paths = inv.Options.GetValue(_models)!;
        string? output = inv.Options.GetValue(_output);
        ManifestOverrides overrides = manifest.Read(inv.Options);
        string[] names = [.. paths.Select(p => Path.GetFileNameWithoutExtension(p)!)];
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new IsthmusException(ErrorKind.Usage, $"Two networks are called '{twice.Key}': give them different file names.");
        string[] files = [.. paths.Select(p => output is null ? Path.GetFileName(p) : Below(output, p))];
        ImmutableArray<Network> networks = [.. paths.Select(p => Network.Load(p, overrides))];
        LabelledSet set = LabelledSet.Load(inv.Options.GetValue(_images)!, inv.Options.GetValue(_labels)!, inv.Options.GetValue(_limit));
        string data = inv.Options.GetValue(_name) ?? set.Name;

        VariantMeasurement measurement = new(set, session.Read(inv.Options));
        (ImmutableArray<MeasuredVariant> measured, VariantLadder ladder) = await inv.WithProgressAsync("Classifying", progress => Task.Run(
            () =>
            {
                ImmutableArray<MeasuredVariant>.Builder all = ImmutableArray.CreateBuilder<MeasuredVariant>();
                for (int n = 0; n < networks.Length; n++)
                {
                    int before = n;
                    all.Add(measurement.Measure(
                        names[n], files[n], networks[n], share => progress.Report(new(names[before], (before + share) / networks.Length)), inv.CancellationToken));
                }

                return (all.ToImmutable(), measurement.Ladder(data, Version(), all));
            },
            inv.CancellationToken));
        ladder.Validate();
        if (output is not null) VariantLadderFile.Save(output, ladder);

        MeasuredVariant best = measured.MaxBy(m => (m.Variant.Right1, -m.Variant.Bytes))!;
        inv.Result(
            new { ladder, file = output, networks = measured.Select(m => Describe(m, best)) },
            console => Draw(console, ladder, measured, best, output));
    }

    private static object Describe(MeasuredVariant measured, MeasuredVariant best)
    {
        PairedProportions pairs = best.Beside(measured);
        return new
        {
            measured.Variant.Name,
            measured.Variant.Top1,
            measured.Variant.Top1Interval,
            measured.Variant.Top5,
            measured.Variant.Top5Interval,
            inferenceMs = new { p50 = measured.Inference.P50.Value, p95 = measured.Inference.P95.Value },
            beside = new { best.Variant.Name, loss = pairs.Difference, interval = pairs.Tango(), pairs.FirstOnly, pairs.SecondOnly, mcNemar = pairs.McNemarExact() },
        };
    }

    private static void Draw(IAnsiConsole console, VariantLadder ladder, ImmutableArray<MeasuredVariant> measured, MeasuredVariant best, string? output)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(
            new TableColumn("network"), Right("size"), Right("top-1 %"), Right("95 %"), Right("top-5 %"), Right("95 %"), Right("inference"), Right("loss, points"), Right("95 %"), Right("p"));
        foreach (MeasuredVariant m in measured)
        {
            PairedProportions pairs = best.Beside(m);
            ConfidenceInterval loss = pairs.Tango();
            Variant v = m.Variant;
            table.AddRow(
                Markup.Escape(v.Name), new ByteCount(v.Bytes).ToString(), Percent(v.Top1), Interval(v.Top1Interval), Percent(v.Top5), Interval(v.Top5Interval), m.Inference.P50.ToString(),
                ReferenceEquals(m, best) ? "" : Percent(pairs.Difference), ReferenceEquals(m, best) ? "" : Interval(loss), ReferenceEquals(m, best) ? "" : Probability(pairs.McNemarExact()));
        }

        console.Write(table);
        console.MarkupLineInterpolated($"{ladder.Variants[0].Images} pictures of {ladder.Data} (SHA-256 {ladder.DataSha256[..12]}…). Loss: top-1 of {best.Variant.Name} less the network's, on the same pictures; p: McNemar's exact test.");
        if (output is not null) console.MarkupLineInterpolated($"The ladder is in {output}.");
    }

    private static string Below(string output, string model)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
        string relative = Path.GetRelativePath(folder, Path.GetFullPath(model)).Replace('\\', '/');
        return relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative)
            ? throw new IsthmusException(ErrorKind.Usage, $"{model} is not below {folder}, where the ladder goes: write the ladder beside the networks.")
            : relative;
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−');

    private static string Interval(ConfidenceInterval interval) => $"{Percent(interval.Low)}…{Percent(interval.High)}";

    private static string Probability(double p) => p < 0.001 ? "< 0.001" : p.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Version() => typeof(AccuracyCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
