using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Menus;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Variants;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Orchestrating;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;
using Isthmus.Runtime.Transport;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>Running as an orchestrator says, as command-line flags.</summary>
internal sealed class OrchestratorOption
{
    private readonly Option<string?> _orchestrator = new("--orchestrator") { Description = "Follow this orchestrator ('isthmus orchestrate'): it chooses among the plans that the planner offers, for this user and all others together.", HelpName = "url" };
    private readonly Option<string?> _user = new("--user") { Description = "The name under which the run is registered with the orchestrator; each user has another (default: this machine's name).", HelpName = "name" };
    private readonly Option<string?> _ladder = new("--ladder") { Description = "With --orchestrator, a ladder of networks for the same task ('isthmus accuracy -o'), of which the model is one: their plans are offered too.", HelpName = "file" };
    private readonly Option<double?> _floor = new("--user-accuracy") { Description = "With --orchestrator, the accuracy, 0 to 1, below which this user is not served (default: any).", HelpName = "share" };

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _orchestrator, _user, _ladder, _floor }) command.Options.Add(option);
    }

    /// <summary>Whether an orchestrator is to be followed.</summary>
    /// <exception cref="IsthmusException">Flags are given that make no sense without one.</exception>
    public bool IsWanted(ParseResult parsed)
    {
        if (parsed.GetValue(_orchestrator) is not null) return true;
        if (parsed.GetValue(_user) is not null || parsed.GetValue(_ladder) is not null || parsed.GetValue(_floor) is not null)
            throw new IsthmusException(ErrorKind.Usage, "--user, --ladder and --user-accuracy are for --orchestrator: say which.");
        return false;
    }

    /// <summary>Classifies pictures as the orchestrator says.</summary>
    /// <param name="run">The invocation.</param>
    /// <param name="session">The session of the model.</param>
    /// <param name="settings">By which it was opened.</param>
    /// <param name="planning">What is wanted of plans.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="options">How many at a time.</param>
    /// <param name="line">What is said of a picture while it goes on.</param>
    public async Task<RunReport> RunAsync(
        Invocation run, RunSession session, RunSettings settings, PlanningOptions planning, ImmutableArray<LabelledImage> pictures, RunnerOptions options, Func<ImageReport, string> line)
    {
        using OrchestratorClient client = new(NodeClient.ParseUrl(run.Options.GetValue(_orchestrator)!));
        VariantLadder? ladder = run.Options.GetValue(_ladder) is { } file ? VariantLadderFile.Load(file) : null;
        List<RunSession> sessions = [session];
        try
        {
            PlanningRequest request = planning.Read(run.Options, ProfileIndex.Of(session.Profile)) with { Links = session.Tiers.CurrentLinks() };
            PlanMenuOptions menu = new();
            if (ladder is not null)
            {
                string folder = Path.GetDirectoryName(Path.GetFullPath(run.Options.GetValue(_ladder) is { } path && Directory.Exists(path) ? Path.Combine(path, "ladder.json") : run.Options.GetValue(_ladder)!))!;
                await OpenAsync(run, sessions, ladder, folder, settings, pictures);
                double best = ladder.Variants.Max(v => v.Top1);
                // Networks that are less often right are what there is to choose from: what may be lost is the orchestrator's question.
                if (!planning.HasMaxLoss(run.Options)) request = request with { Constraints = request.Constraints with { MaxAccuracyLoss = null } };
                request = request with { Variants = [.. sessions.Select(s => new PlanVariant(s == session ? request.Index : ProfileIndex.Of(s.Profile), best - Of(ladder, s).Top1))] };
                menu = menu with { Accuracy = best };
            }

            ImmutableArray<string> nodes = session.Tiers.NodeNames;
            OfferedMenu offered = OfferedMenu.Of(PlanMenu.Of(request, nodes, menu), nodes, run.Options.GetValue(_floor));
            await using SessionPlans carrier = new([.. sessions], settings.Clock);
            await using OrchestratedPlanSource source = new(client, run.Options.GetValue(_user) ?? Environment.MachineName, offered.Registration, offered.Plans, carrier, new() { Clock = settings.Clock });
            RunReport report = await run.WithProgressAsync("Classifying", async progress =>
            {
                int done = 0;
                return await session.RunOrchestratedAsync(
                    source, carrier, pictures, image => progress.Report(new ProgressReport(line(image), (double)++done / pictures.Length)), options, run.CancellationToken);
            });
            if (report.Orchestration is { Problem: { } problem } summary) run.Note($"{problem}{(summary.IsThere ? "" : " The run went on without it.")}");
            return report;
        }
        finally
        {
            foreach (RunSession other in sessions.Skip(1)) await other.DisposeAsync();
        }
    }

    /// <summary>Draws how the orchestrator was followed.</summary>
    public static void Draw(IAnsiConsole console, OrchestrationSummary s)
    {
        console.MarkupLineInterpolated($"Orchestrator {s.Url.Authority}, user {s.User}, {s.Actions} actions: {s.Advised} of {s.Requests} requests were advised, {s.Repeated} went on with the last plan, {s.Overruled} overruled, {s.Shed} shed; {s.WaitMs:0.00} ms of waiting for it per request.");
        if (s.Gone > 0 || !s.IsThere) console.MarkupLineInterpolated($"It was lost {s.Gone} times{(s.IsThere ? ", and is there again" : ", and is gone")}; {s.Unreported} reports never reached it.");
        if (s.Slow > 0) console.MarkupLineInterpolated($"It was too slow {s.Slow} times.");
        if (s.Wrong > 0) console.MarkupLineInterpolated($"{s.Wrong} of its answers were none.");
        if (s.Distrusted > 0) console.MarkupLineInterpolated($"It was not believed {s.Distrusted} times: what it advised took much longer than the own device would.");
        if (s.Problem is { } problem) console.MarkupLineInterpolated($"Last trouble: {problem}");
        if (s.Conflict is { } conflict) console.MarkupLineInterpolated($"Contradiction: {conflict}");
    }

    private static async Task OpenAsync(Invocation run, List<RunSession> sessions, VariantLadder ladder, string folder, RunSettings settings, ImmutableArray<LabelledImage> pictures)
    {
        if (ladder.Variants.All(v => v.Sha256 != settings.Network.Model.Hash))
            throw new IsthmusException(ErrorKind.Usage, "The model is none of the ladder's: give one of its networks as the model.");
        foreach (Variant variant in ladder.Variants.Where(v => v.Sha256 != settings.Network.Model.Hash))
        {
            Network network = Network.Load(Path.Combine(folder, variant.File));
            if (network.Model.Hash != variant.Sha256) throw new IsthmusException(ErrorKind.Data, $"The ladder's '{variant.File}' is not the file whose accuracy was measured: measure it again with 'isthmus accuracy'.");
            string[] samples = [.. pictures.Select(p => p.Path)];
            RunSettings own = settings with { Network = network, ProfilePath = null };
            sessions.Add(await run.WithProgressAsync($"Preparing {variant.Name}", progress => RunSession.OpenAsync(own, samples, progress, run.CancellationToken)));
        }
    }

    private static Variant Of(VariantLadder ladder, RunSession session) => ladder.Variants.First(v => v.Sha256 == session.Profile.Model);
}
