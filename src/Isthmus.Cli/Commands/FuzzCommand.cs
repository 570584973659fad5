using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Lab.Demo;
using Isthmus.Lab.Fuzzing;
using Isthmus.Lab.Fuzzing.Images;
using Isthmus.Runtime.Pipelines;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`fuzz`: damaged and made-up input for a parser, by the million.</summary>
internal sealed class FuzzCommand : ICommandFactory
{
    private readonly Argument<string> _target = new("target") { Description = "What to fuzz: frame, the decoders of activation frames; or image, the reading of pictures in every form in which they cross." };
    private readonly Option<long> _count = new("--count") { Description = "How many inputs.", HelpName = "N", DefaultValueFactory = _ => new FrameFuzzOptions().Count };
    private readonly Option<ulong> _seed = new("--seed") { Description = "The seed: the same one makes the same inputs.", HelpName = "S", DefaultValueFactory = _ => new FrameFuzzOptions().Seed };
    private readonly Option<long> _from = new("--from") { Description = "The number of the first input; with --count 1, one input of an earlier run.", HelpName = "I", DefaultValueFactory = _ => 0 };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads (default: one for each processor). They change nothing in the result.", HelpName = "N", DefaultValueFactory = _ => new FrameFuzzOptions().Threads };
    private readonly Option<string?> _codecs = new("--codecs") { Description = "The codecs, such as raw,huffman:4 (default: all).", HelpName = "codecs" };
    private readonly Option<string> _guard = new("--guard") { Description = "How touching foreign memory is noticed: pages that the system protects, or poison, known bytes around it.", HelpName = "kind", DefaultValueFactory = _ => "pages" };
    private readonly Option<string> _findings = new("--findings") { Description = "The folder for the inputs that showed a defect (default: fuzz-findings).", HelpName = "DIR", DefaultValueFactory = _ => "fuzz-findings" };
    private readonly Option<string?> _replay = new("--replay") { Description = "Decode the input of such a file, and nothing else.", HelpName = "FILE" };
    private readonly Option<string?> _journal = new("--journal") { Description = "Work in this process, and note in this file what is being done.", HelpName = "FILE", Hidden = true };

    private readonly Option<string?> _node = new("--node") { Description = "With image: start a node with this model, and post the pictures to it (default: they are read without a node).", HelpName = "model.onnx" };

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("fuzz", "Give damaged and made-up input to a parser: it must decode it or refuse it, in its own memory, in bounded time.") { _target };
        foreach (Option option in new Option[] { _count, _seed, _from, _threads, _codecs, _guard, _findings, _replay, _node, _journal }) command.Options.Add(option);
        return command.Runs(RunAsync);
    }

    private async Task RunAsync(Invocation run)
    {
        if (run.Options.GetValue(_target) == "image")
        {
            await RunImagesAsync(run);
            return;
        }

        FrameFuzzOptions options = Read(run.Options);
        if (run.Options.GetValue(_journal) is { } journal)
        {
            FrameFuzzReport child = await new FrameFuzzer(options).RunAsync(journal: journal, cancellationToken: run.CancellationToken);
            run.Result(child, _ => { });
            if (child.FindingCount > 0) throw Found(child);
            return;
        }

        FuzzProcess process = new(options, (part, path) => Start(run.Options, part, path));
        FrameFuzzReport report = await run.WithProgressAsync("fuzz frame", progress => process.RunAsync(progress, run.CancellationToken));
        if (report.Findings.Length > 0 && options.Replay is null) report = Save(report, options, run.Options.GetValue(_findings)!);
        run.Result(report, console => Draw(console, report));
        if (report.FindingCount > 0) throw Found(report);
    }

    private async Task RunImagesAsync(Invocation run)
    {
        ParseResult parsed = run.Options;
        if (parsed.GetValue(_codecs) is not null || parsed.GetResult(_guard) is { Implicit: false })
            throw new IsthmusException(ErrorKind.Usage, "--codecs and --guard are for frames: leave them away.");
        ImageFuzzOptions options = new()
        {
            Seed = parsed.GetValue(_seed),
            From = parsed.GetValue(_from),
            Count = parsed.GetValue(_replay) is null ? parsed.GetValue(_count) : 1,
            Processes = parsed.GetValue(_threads),
            Replay = parsed.GetValue(_replay) is { } file ? ImageReproducer.Load(file) : null,
        };
        options.Validate();
        if (parsed.GetValue(_journal) is { } journal)
        {
            ImageFuzzReport child = await Task.Run(() => new ImageFuzzer(options).Run(journal, run.CancellationToken), run.CancellationToken);
            run.Result(child, _ => { });
            if (child.FindingCount > 0) throw ImageFuzzOutput.Found(child);
            return;
        }

        if (parsed.GetValue(_node) is { } model)
        {
            await RunUploadsAsync(run, options, model);
            return;
        }

        ImageFuzzProcess process = new(options, (part, path) => StartImages(parsed, part, path));
        ImageFuzzReport report = await run.WithProgressAsync("fuzz image", progress => process.RunAsync(progress, run.CancellationToken));
        if (report.Findings.Length > 0 && options.Replay is null) report = ImageFuzzOutput.Save(report, options, parsed.GetValue(_findings)!);
        run.Result(report, console => ImageFuzzOutput.Draw(console, report));
        if (report.FindingCount > 0) throw ImageFuzzOutput.Found(report);
    }

    private async Task RunUploadsAsync(Invocation run, ImageFuzzOptions options, string model)
    {
        options = options with { Manifest = Network.Load(model).Manifest };
        string folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        ImageFuzzReport report = await run.WithProgressAsync("fuzz image", async progress =>
        {
            await using NodeProcess node = await NodeProcess.StartAsync("edge", Core.Planning.Tier.Edge, ["--models", folder, "--log-format", "none"], run.CancellationToken);
            UploadFuzzer fuzzer = new(options, new Uri(node.Url), Path.GetFileNameWithoutExtension(model));
            return await fuzzer.RunAsync(progress, run.CancellationToken);
        });
        if (report.Findings.Length > 0) report = ImageFuzzOutput.Save(report, options, run.Options.GetValue(_findings)!);
        run.Result(report, console => ImageFuzzOutput.Draw(console, report));
        if (report.FindingCount > 0) throw ImageFuzzOutput.Found(report);
    }

    private ProcessStartInfo StartImages(ParseResult parsed, ImageFuzzOptions part, string journal)
    {
        ProcessStartInfo start = new("dotnet");
        List<string> arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "isthmus.dll"), "fuzz", "image", "--json", "--journal", journal,
            "--seed", part.Seed.ToString(CultureInfo.InvariantCulture), "--from", part.From.ToString(CultureInfo.InvariantCulture),
            "--count", part.Count.ToString(CultureInfo.InvariantCulture),
        ];
        if (parsed.GetValue(_replay) is { } file) arguments.AddRange(["--replay", file]);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    private FrameFuzzOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(_target) is { } target && target != "frame")
            throw new IsthmusException(ErrorKind.Usage, $"'{target}' cannot be fuzzed: choose frame or image.");
        FrameFuzzOptions options = new()
        {
            Seed = parsed.GetValue(_seed),
            From = parsed.GetValue(_from),
            Count = parsed.GetValue(_count),
            Threads = parsed.GetValue(_threads),
            Guard = parsed.GetValue(_guard) switch
            {
                "pages" => GuardKind.Pages,
                "poison" => GuardKind.Poison,
                string other => throw new IsthmusException(ErrorKind.Usage, $"'{other}' is no guard: choose pages or poison."),
                null => GuardKind.Pages,
            },
            Replay = parsed.GetValue(_replay) is { } file ? FuzzReproducer.Load(file) : null,
        };
        if (parsed.GetValue(_codecs) is { } codecs)
        {
            options = options with
            {
                Codecs = [.. codecs.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(c => TensorCodecs.Get(CodecSpec.Parse(c))).Distinct()],
            };
        }

        options.Validate();
        return options;
    }

    // This tool again, with what the user said and the part that it is to do.
    private ProcessStartInfo Start(ParseResult parsed, FrameFuzzOptions part, string journal)
    {
        ProcessStartInfo start = new("dotnet");
        List<string> arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "isthmus.dll"), "fuzz", "frame", "--json", "--journal", journal,
            "--seed", part.Seed.ToString(CultureInfo.InvariantCulture), "--from", part.From.ToString(CultureInfo.InvariantCulture),
            "--count", part.Count.ToString(CultureInfo.InvariantCulture), "--threads", part.Threads.ToString(CultureInfo.InvariantCulture),
            "--guard", part.Guard.ToString().ToLowerInvariant(),
        ];
        if (parsed.GetValue(_codecs) is { } codecs) arguments.AddRange(["--codecs", codecs]);
        if (parsed.GetValue(_replay) is { } file) arguments.AddRange(["--replay", file]);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    private static FrameFuzzReport Save(FrameFuzzReport report, FrameFuzzOptions options, string folder)
    {
        Directory.CreateDirectory(folder);
        FrameFuzzer maker = new(options);
        ImmutableArray<FuzzFinding> findings = [.. report.Findings.Select(f =>
        {
            string path = Path.Combine(folder, $"frame-{options.Seed}-{f.Input}.json");
            maker.Reproducer(f.Input).Save(path);
            return f with { Reproducer = path };
        })];
        return report with { Findings = findings };
    }

    private static IsthmusException Found(FrameFuzzReport report) => new(
        ErrorKind.Verification, $"{report.FindingCount} of {report.Inputs} inputs show a defect: report it with the reproducer.");

    private static void Draw(IAnsiConsole console, FrameFuzzReport report)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Codec", "Inputs", "Accepted");
        string[] errors = [.. report.Refused.Keys];
        foreach (string error in errors) table.AddColumn(error);
        table.AddColumns("Most allocated", "Slowest");
        for (int i = 1; i < table.Columns.Count; i++) table.Columns[i].RightAligned();
        foreach (FuzzCodecTally codec in report.Codecs)
        {
            table.AddRow(
            [
                codec.Codec, $"{codec.Inputs:N0}", $"{codec.Accepted:N0}", .. errors.Select(e => $"{codec.Refused.GetValueOrDefault(e):N0}"),
                $"{codec.MaxAllocatedBytes:N0} B", $"{codec.SlowestMs:0.00} ms",
            ]);
        }

        table.AddRow(["all", $"{report.Inputs:N0}", $"{report.Accepted:N0}", .. errors.Select(e => $"{report.Refused[e]:N0}"), $"{report.MaxAllocatedBytes:N0} B", $"{report.SlowestMs:0.00} ms"]);
        console.Write(table);
        console.WriteLine($"Seed {report.Seed}, inputs {report.From} to {report.From + report.Inputs - 1}: {report.Good:N0} good frames, {report.Sealed:N0} bad ones with a right checksum.");
        console.WriteLine($"{report.Inputs:N0} inputs in {report.Seconds:0.0} s, {report.PerSecond:N0} a second on {report.Threads} threads; foreign memory guarded by {(report.Guard == GuardKind.Pages ? "protected pages" : "known bytes around it")}.");
        if (report.FindingCount == 0)
        {
            console.WriteLine("0 findings: no crash, nothing read or written outside, nothing beyond the bounds of memory and time.");
            return;
        }

        foreach (FuzzFinding finding in report.Findings)
        {
            console.WriteLine();
            console.WriteLine($"{finding.Kind}: {finding.Codec}, expecting {finding.Expected}, seed {report.Seed}, input {finding.Input} ({string.Join(", ", finding.Mutations)})");
            console.WriteLine($"  {finding.Message}");
            if (finding.Reproducer is { } path) console.WriteLine($"  isthmus fuzz frame --replay {path}");
        }

        if (report.FindingCount > report.Findings.Length) console.WriteLine($"and {report.FindingCount - report.Findings.Length:N0} more.");
    }
}
