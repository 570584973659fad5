using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Core.Statistics;
using Isthmus.Core.Storage;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;
using Isthmus.Runtime.Streaming;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`run`: classify pictures by the plan that is best from moment to moment, or by a fixed one.</summary>
internal sealed class RunCommand : ICommandFactory
{
    public Command Create()
    {
        ModelArguments model = new();
        Option<string> images = new("--images") { Description = "A folder of pictures, or one picture.", Required = true, HelpName = "dir" };
        Option<string?> labels = new("--labels") { Description = "A CSV file with the columns file and class_index, for top-1 and top-5 (default: no accuracy).", HelpName = "file" };
        Option<string> plan = new("--plan") { Description = "auto plans, and plans again as links and load change; or the file of a fixed plan, as 'isthmus plan -o' writes it; or device.", HelpName = "auto|device|file", DefaultValueFactory = _ => "auto" };
        Option<string?> profile = new("--profile") { Description = "The profile that 'isthmus profile' wrote (default: measured, unless it was before).", HelpName = "file" };
        Option<double?> deadline = new("--deadline") { Description = "The time that an answer may take; what a node does not do in time, the device does (default: no limit).", HelpName = "ms" };
        Option<string?> sendUntil = new("--send-until") { Description = "Send progressive pictures (jpeg:Q, embedded) scan by scan, and have the node answer from what came: so many milliseconds after the picture was begun, or as long as --deadline leaves for computing and the way back (default: send all that the plan says).", HelpName = "ms|deadline" };
        Option<bool> perImage = new("--per-image") { Description = "Cut each progressive picture by its own bytes: as far as another byte still brings what it brings at the plan's fraction, and what the deadline lets cross. Needs a profile with curves ('calibrate --input')." };
        Option<double> recheck = new("--recheck") { Description = "The share of pictures, up to 0.5, of which everything is sent although a part would do: the node says whether the part gives the same first class, and drift from the profile's curves is reported. Never where it would break the deadline.", HelpName = "share", DefaultValueFactory = _ => 0 };
        CascadeOptions cascading = new();
        OrchestratorOption orchestration = new();
        Option<int?> limit = new("--limit") { Description = "The most pictures to classify (default: all).", HelpName = "number" };
        Option<int> concurrency = new("--concurrency") { Description = "Pictures under way at a time.", HelpName = "number", DefaultValueFactory = _ => RunnerOptions.Default.Concurrency };
        Option<bool> stream = new("--stream") { Description = "Pipelined: the device computes a picture while the one before crosses and the one before that is in the tail. With auto, the plan is chosen once and kept." };
        Option<int?> window = new("--window") { Description = "With --stream, the most pictures under way at a time (default: what the plan needs to keep its longest stage busy).", HelpName = "number" };
        Option<int> repeat = new("--repeat") { Description = "Go through the pictures so many times, 1 to 1000.", HelpName = "number", DefaultValueFactory = _ => 1 };
        Option<string?> log = new("--decisions") { Description = "Append every decision with its inputs to a file, as JSON lines, for 'isthmus replay' (default: none).", HelpName = "file" };
        Option<string?> data = new("--data") { Description = $"The data folder; default ${DataFolder.Variable}, else the user's application data.", HelpName = "folder" };
        Command command = new("run", "Classify pictures, each part of the network where it is best: measured, planned, explained; and still answered when a node fails.");
        model.AddTo(command, withDimensions: false);
        foreach (Option option in new Option[] { images, labels, plan, profile, deadline, sendUntil, perImage, recheck, limit, repeat, concurrency, stream, window, log, data }) command.Options.Add(option);
        cascading.AddTo(command);
        orchestration.AddTo(command);
        TierOptions tiers = TierOptions.AddTo(command);
        SessionOptions device = SessionOptions.AddTo(command);
        PlanningOptions planning = PlanningOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        Option<string?> fleet = new("--fleet") { Description = "A fleet file: its edges and clouds, as many as there are, instead of --edge and --cloud.", HelpName = "file" };
        command.Options.Add(fleet);
        ExpiryOption expiry = ExpiryOption.AddTo(command);
        return command.Runs(async run =>
        {
            ImmutableArray<LabelledImage> pictures = LabelledImages.Load(run.Options.GetValue(images)!, run.Options.GetValue(labels));
            if (run.Options.GetValue(limit) is { } most)
            {
                if (most < 1) throw new IsthmusException(ErrorKind.Usage, $"{most} pictures cannot be classified: --limit is 1 or more.");
                pictures = [.. pictures.Take(most)];
            }

            pictures = Repeated(pictures, run.Options.GetValue(repeat));
            bool isOrchestrated = orchestration.IsWanted(run.Options);
            if (isOrchestrated && (run.Options.GetValue(stream) || cascading.IsWanted(run.Options) || run.Options.GetValue(log) is not null || run.Options.GetResult(plan) is { Implicit: false }))
                throw new IsthmusException(ErrorKind.Usage, "With --orchestrator plans come from there: leave --plan, --stream, --device-network and --decisions away.");
            StreamOptions streaming = new() { Window = run.Options.GetValue(window) };
            streaming.Validate();
            bool isStream = run.Options.GetValue(stream);
            if (isStream && run.Options.GetResult(concurrency) is { Implicit: false })
                throw new IsthmusException(ErrorKind.Usage, "A stream has no --concurrency: --window says how many pictures may be under way.");
            if (!isStream && streaming.Window is not null) throw new IsthmusException(ErrorKind.Usage, "--window is for --stream.");
            Fleet? machines = run.Options.GetValue(fleet) is { } fleetFile ? FleetFile.Load(fleetFile) : null;
            if (machines is not null && (tiers.Read(run.Options) is not { Edge: null, Cloud: null } || tiers.Slowdown(run.Options) != 1))
                throw new IsthmusException(ErrorKind.Usage, "--fleet says where the nodes are and how slow this machine is: leave --edge, --cloud and --device-slowdown away.");
            RunSettings settings = new()
            {
                Network = model.LoadNetwork(run, manifest),
                Addresses = tiers.Read(run.Options),
                Fleet = machines,
                ProfilePath = run.Options.GetValue(profile),
                AllowExpired = expiry.Allows(run.Options),
                DataFolder = DataFolder.Resolve(run.Options.GetValue(data)),
                Slowdown = machines?.Local?.Slowdown ?? tiers.Slowdown(run.Options),
                Session = device.Read(run.Options),
                Deadline = run.Options.GetValue(deadline) is { } ms ? new Milliseconds(ms) : null,
                SendUntil = Until(run.Options.GetValue(sendUntil)),
                PerImage = run.Options.GetValue(perImage),
                Recheck = run.Options.GetValue(recheck),
            };
            if (settings.SendUntil is { Time: null } && settings.Deadline is null)
                throw new IsthmusException(ErrorKind.Usage, "--send-until deadline needs a deadline: give --deadline.");
            RunnerOptions options = new() { Concurrency = run.Options.GetValue(concurrency) };
            options.Validate();
            using DecisionLogFile? decisionLog = run.Options.GetValue(log) is { } logPath ? new DecisionLogFile(logPath) : null;
            string[] samples = [.. pictures.Select(p => p.Path)];
            await using RunSession session = await run.WithProgressAsync("Preparing", progress => RunSession.OpenAsync(settings, samples, progress, run.CancellationToken));
            foreach (RemoteNode node in session.Tiers.Nodes.Where(n => n.Breaker.IsOpen)) run.Note($"{node.Breaker.Reason} The run goes on without it until it answers.");

            if (decisionLog is not null && run.Options.GetValue(profile) is null)
            {
                string beside = run.Options.GetValue(log) + ".profile.json";
                ProfileFile.Save(beside, session.Profile);
                run.Note($"The profile that was decided from is in {beside}.");
            }

            if (settings.PerImage && !session.Profile.InputCurves.Any(c => c.IsContinuous))
                throw new IsthmusException(ErrorKind.Usage, "--per-image needs a profile with curves: make one with 'isthmus calibrate --input', and give it with --profile.");
            if (isStream && cascading.IsWanted(run.Options)) throw new IsthmusException(ErrorKind.Usage, "A stream has no --device-network: leave --stream away.");
            if (isOrchestrated)
            {
                RunReport followed = await orchestration.RunAsync(run, session, settings, planning, pictures, options, Line);
                run.Result(
                    new { model = session.Profile.ModelName, sha256 = session.Profile.Model, images = followed.Images, summary = followed.Summary, orchestration = followed.Orchestration, sessions = followed.Sessions },
                    console => Draw(console, followed, []));
                Fail(followed);
                return;
            }

            PlanningRequest request = planning.Read(run.Options, ProfileIndex.Of(session.Profile));
            string choice = run.Options.GetValue(plan)!;
            Plan? chosen = choice switch
            {
                "auto" => null,
                Tiers.Device => BaselinePlans.DeviceOnly(session.Network.Model.Hash),
                _ => PlanFile.Load(choice, session.Network.Model.Hash, [.. session.Profile.Cuts.Select(c => c.Id)]),
            };
            if (isStream)
            {
                await StreamAsync(run, session, planning.HasObjective(run.Options) ? request : request with { Objective = Objective.Throughput }, chosen, choice, pictures, streaming);
                return;
            }

            await using Cascade? cascade = await cascading.OpenAsync(run, session, chosen);
            if (cascade is not null) request = request with { Constraints = request.Constraints with { ForbiddenTiers = [.. request.Constraints.ForbiddenTiers.Union([Tier.Device])] } };
            (RunReport report, IReadOnlyList<AdaptationDecision> decisions) = await run.WithProgressAsync("Classifying", async progress =>
            {
                int done = 0;
                void Each(ImageReport image) => progress.Report(new ProgressReport(Line(image), (double)++done / pictures.Length));
                if (chosen is not null)
                    return (await session.RunFixedAsync(chosen, $"It is the plan of {choice}.", pictures, Each, options, cascade, run.CancellationToken), []);
                AdaptationOptions wanted = new() { Objective = request.Objective, Constraints = request.Constraints, Space = request.Space, Terms = request.Terms, Log = decisionLog };
                return await session.RunAdaptiveAsync(pictures, Each, wanted, options, cascade, run.CancellationToken);
            });
            if (cascade is not null) report = report with { Cascade = CascadeOptions.Sum(report, cascade, session.Profile) };
            report = report with { Rechecks = session.Rechecks?.Summary };
            if (report.Rechecks is { Drift: not DriftDirection.None } drifted)
                run.Note($"The pictures are not what they were when the curves were measured: after {drifted.FoundAfter} re-checks parts agree with the whole {(drifted.Drift == DriftDirection.Below ? "less" : "more")} often than foretold ({drifted.Agreement:P0} of {drifted.Checks}, against {drifted.Expected:P0}); calibrate again.");
            if (decisionLog?.Problem is { } problem) run.Note(problem);
            run.Result(
                new { model = session.Profile.ModelName, sha256 = session.Profile.Model, images = report.Images, summary = report.Summary, cascade = report.Cascade, rechecks = report.Rechecks, decisions, switches = report.Switches, sessions = report.Sessions },
                console => Draw(console, report, decisions));
            Fail(report);
        });
    }

    private static SendUntil? Until(string? text) => text switch
    {
        null => null,
        "deadline" => SendUntil.Deadline,
        _ when double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double ms) && ms is > 0 and <= 60_000 => new(new Milliseconds(ms)),
        _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a time to send until: choose a number of milliseconds, at most 60000, or deadline."),
    };

    private static ImmutableArray<LabelledImage> Repeated(ImmutableArray<LabelledImage> pictures, int times) =>
        times is >= 1 and <= 1000 ? [.. Enumerable.Repeat(pictures, times).SelectMany(p => p)]
            : throw new IsthmusException(ErrorKind.Usage, $"{times} times through the pictures is not possible: --repeat is 1 to 1000.");

    private static async Task StreamAsync(
        Invocation run, RunSession session, PlanningRequest request, Plan? chosen, string choice, ImmutableArray<LabelledImage> pictures, StreamOptions streaming)
    {
        string why = $"It is the plan of {choice}.";
        if (chosen is null)
        {
            PlanningResult planned = Planner.Plan(request with { Links = session.Tiers.CurrentLinks() });
            (chosen, why) = (planned.Winner.Plan, planned.Why);
        }

        StreamReport report = await run.WithProgressAsync("Classifying", progress =>
        {
            int done = 0;
            void Each(ImageReport image) => progress.Report(new ProgressReport(Line(image), (double)++done / pictures.Length));
            return session.RunStreamAsync(chosen, why, pictures, Each, streaming, run.CancellationToken);
        });
        run.Result(
            new { model = session.Profile.ModelName, sha256 = session.Profile.Model, plan = chosen.Describe(), why, images = report.Run.Images, summary = report.Run.Summary, stream = report.Stream, sessions = session.Pipeline.Sessions },
            console => StreamOutput.Draw(console, chosen, why, report));
        Fail(report.Run);
    }

    // What could be answered was; the exit code says that not everything could.
    private static void Fail(RunReport report)
    {
        ImageReport[] failed = [.. report.Images.Where(i => !i.IsAnswered)];
        if (failed.Length == 0) return;
        string more = failed.Length > 1 ? $" ({failed.Length - 1} more are in the output)" : "";
        throw new IsthmusException(
            failed[0].ErrorKind ?? ErrorKind.Data,
            $"{failed.Length} of {report.Images.Length} pictures were not classified: {failed[0].File}: {failed[0].Error!.TrimEnd('.')}{more}.");
    }

    private static string Line(ImageReport image) =>
        image.IsAnswered ? $"{image.File}: {image.Top1!.Name}, {image.Ms!.Total}, {image.Plan}" : $"{image.File}: {image.Error}";

    private static void Draw(IAnsiConsole console, RunReport report, IReadOnlyList<AdaptationDecision> decisions)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("picture", "class", "score", "where", "total", "decode", "head", "encode", "send", "queue", "middle", "tail", "return", "sent", "used");
        foreach (ImageReport image in report.Images)
        {
            if (image.Ms is not { } ms)
            {
                table.AddRow(Markup.Escape(image.File), $"[red]{Markup.Escape(image.Error ?? "")}[/]");
                continue;
            }

            string where = string.Join(", ", image.Where.Select(w => $"{w.Segment} on {w.Node}")) + (image.Fallback is null ? "" : " (fallback)");
            table.AddRow(
                Markup.Escape(image.File), Markup.Escape(image.Top1!.Name), $"{image.Top1.Score:0.00}", Markup.Escape(where), ms.Total.ToString(),
                Short(ms.Decode), Short(ms.Head), Short(ms.Encode), Short(ms.Send), Short(ms.Queue), Short(ms.Middle), Short(ms.Tail), Short(ms.Return), new ByteCount(image.BytesSent).ToString(), Used(image));
        }

        console.Write(table);
        foreach (AdaptationDecision decision in decisions.Where(d => d.Outcome is DecisionOutcome.Started or DecisionOutcome.Switched or DecisionOutcome.Forced))
            console.MarkupLineInterpolated($"{decision.Outcome.ToString().ToLowerInvariant()}: {decision.Plan.Describe()}. {decision.Why}");
        foreach (ImageReport image in report.Images.Where(i => i.Fallback is not null)) console.MarkupLineInterpolated($"{image.File}: {image.Fallback}.");
        RunSummary s = report.Summary;
        string accuracy = s.Top1 is { } top1 ? $", top-1 {top1:P1}, top-5 {s.Top5:P1}" : "";
        console.MarkupLineInterpolated($"{s.Answered} of {s.Images} answered{accuracy}, median {s.P50Ms:0.0} ms, 95 % within {s.P95Ms:0.0} ms, {new ByteCount((long)s.BytesSentPerImage)} sent per picture{(s.Emulated ? "; slow-down or links are emulated" : "")}.");
        if (report is { Switches: { Switches: > 0 } switches, Sessions: { } sessions })
            console.MarkupLineInterpolated($"{switches.Switches} switches, {switches.Ready} of them to a plan that was ready; {sessions.Ahead} segments were loaded on the device ahead of need, {sessions.Hits} of these were needed, {sessions.Cold} pictures waited for one.");
        if (report.Cascade is { } cascade) CascadeOptions.Draw(console, cascade);
        if (report.Orchestration is { } orchestrated) OrchestratorOption.Draw(console, orchestrated);
        if (report.Rechecks is { } rechecks)
            console.MarkupLineInterpolated($"Re-checks: of {rechecks.Pictures} pictures of which a part was to be sent, {rechecks.Sent} were sent whole; {rechecks.Agreed} of {rechecks.Checks} parts agree{(rechecks.Expected is { } expected ? $", {expected:P0} was foretold" : "")}{(rechecks.Drift == DriftDirection.None ? "" : ": drift")}.");
        if (s.Input is { } used)
            console.MarkupLineInterpolated($"Of {used.Images} progressive pictures {used.MeanFraction:P0} of the bytes were used on average; {used.Cut} were ended by their time.");
        if (s.MeasuredOverPredicted is { } ratio) console.MarkupLineInterpolated($"Measured time is {ratio:0.00}× the predicted one (median).");
    }

    // How much of the picture the answer was made of.
    private static string Used(ImageReport image) => image.Input is { } input ? $"{input.Used} of {input.Whole} ({input.Fraction:P0}){(input.Why == "deadline" ? ", time up" : "")}" : "";

    private static string Short(Milliseconds time) => time.Value == 0 ? "" : $"{time.Value:0.0}";
}
