using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Progress;
using Isthmus.Lab.Demo;
using Isthmus.Lab.Orchestration;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`lab live-users`: real users who share real nodes, and how well a simulation predicts what they see.</summary>
internal sealed class LabLiveUsersCommand : ICommandFactory
{
    private static readonly LiveEnvironmentOptions Default = new() { Ladder = "" };

    private readonly Option<int> _users = new("--users") { Description = $"How many users, 1 to {LiveEnvironmentOptions.MaxUsers}; each is a process.", HelpName = "N", DefaultValueFactory = _ => Default.Users };
    private readonly Option<int> _weak = new("--weak") { Description = "How many of them have a weak link: the last ones.", HelpName = "N" };
    private readonly Option<string?> _ladder = new("--ladder") { Description = "The ladder of variants: a file of 'isthmus accuracy -o', or its folder (default: models/fashion_mnist).", HelpName = "FILE|DIR" };
    private readonly Option<string?> _images = new("--images") { Description = "An IDX file of pictures that users ask about (default: test/*images-idx3* beside the ladder).", HelpName = "FILE" };
    private readonly Option<string?> _labels = new("--labels") { Description = "The IDX file of their classes (default: test/*labels-idx1* beside the ladder).", HelpName = "FILE" };
    private readonly Option<string[]> _device = new("--device-variants") { Description = "The variants that devices may run, by name (default: all).", HelpName = "NAME,…", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _node = new("--node-variants") { Description = "The variants that nodes may run, by name (default: the most accurate one).", HelpName = "NAME,…", DefaultValueFactory = _ => [] };
    private readonly Option<double> _deviceSlowdown = new("--device-slowdown") { Description = "How many times slower than this machine devices are (emulated).", HelpName = "X", DefaultValueFactory = _ => Default.DeviceSlowdown };
    private readonly Option<double> _edgeSlowdown = new("--edge-slowdown") { Description = "How many times slower the edge is (emulated).", HelpName = "X", DefaultValueFactory = _ => Default.EdgeSlowdown };
    private readonly Option<double> _cloudSlowdown = new("--cloud-slowdown") { Description = "How many times slower the cloud is (emulated).", HelpName = "X", DefaultValueFactory = _ => Default.CloudSlowdown };
    private readonly Option<int> _rounds = new("--rounds") { Description = "How often each thing is measured.", HelpName = "N", DefaultValueFactory = _ => new LivePredictionOptions().Rounds };
    private readonly Option<int> _joint = new("--joint") { Description = "How many random joint actions are compared.", HelpName = "N", DefaultValueFactory = _ => new LivePredictionOptions().JointActions };
    private readonly Option<int> _seed = new("--seed") { Description = "Of pictures and joint actions.", HelpName = "N", DefaultValueFactory = _ => Default.Seed };

    public Command Create()
    {
        Command command = new("live-users", "Real users who share a real edge and cloud: calibrates how nodes are shared, and compares what a simulation predicts with what the users see.");
        foreach (Option option in new Option[] { _users, _weak, _ladder, _images, _labels, _device, _node, _deviceSlowdown, _edgeSlowdown, _cloudSlowdown, _rounds, _joint, _seed }) command.Options.Add(option);
        return command.Runs(RunAsync);
    }

    private async Task RunAsync(Invocation inv)
    {
        int users = inv.Options.GetValue(_users), weak = inv.Options.GetValue(_weak);
        if (weak < 0 || weak > users) throw new IsthmusException(ErrorKind.Usage, $"Of {users} users {weak} cannot have a weak link.");
        int rounds = inv.Options.GetValue(_rounds);
        LiveEnvironmentOptions options = new()
        {
            Users = users,
            WeakUsers = [.. Enumerable.Range(users - weak, weak)],
            Ladder = inv.Options.GetValue(_ladder) ?? EmbeddedModel.Ladder(),
            Pictures = Pictures(inv),
            DeviceVariants = Names(inv.Options.GetValue(_device)!),
            NodeVariants = Names(inv.Options.GetValue(_node)!),
            DeviceSlowdown = inv.Options.GetValue(_deviceSlowdown),
            EdgeSlowdown = inv.Options.GetValue(_edgeSlowdown),
            CloudSlowdown = inv.Options.GetValue(_cloudSlowdown),
            ProfileRounds = rounds,
            Seed = inv.Options.GetValue(_seed),
        };
        LivePredictionOptions prediction = new() { Rounds = rounds, JointActions = inv.Options.GetValue(_joint), Seed = options.Seed };
        options.Validate();
        prediction.Validate();

        (LiveComparison comparison, Session session) = await inv.WithProgressAsync("lab live-users", async progress =>
        {
            await using LiveEnvironment live = await LiveEnvironment.StartAsync(options, Part(progress, 0, 0.3), inv.CancellationToken);
            SystemModel model = live.Model(await new ContentionCalibration(rounds).MeasureAsync(live, Part(progress, 0.3, 0.2), inv.CancellationToken));
            LiveComparison compared = await new LivePrediction(prediction).CompareAsync(live, model, Part(progress, 0.5, 0.5), inv.CancellationToken);
            return (compared, new Session(live.Emulated, live.Actions, live.Answered, live.Right, live.Lost, live.Restarts, [.. live.Problems]));
        });
        inv.Result(
            new
            {
                users,
                weakUsers = options.WeakUsers,
                ladder = options.Ladder,
                session.Emulated,
                actions = session.Actions.Users.Select(u => new { u.Name, actions = u.Actions }),
                contention = session.Actions.Nodes.Zip(comparison.Contention, (node, curve) => new { node, curve.Factors, curve.Slope }),
                alone = comparison.Actions.Select(Describe),
                sharing = comparison.Sharing.Select(Describe),
                joint = comparison.Joint.Select(Describe),
                errors = new { alone = comparison.ActionErrors, sharing = comparison.SharingErrors, joint = comparison.JointErrors },
                jointOrder = comparison.JointOrder,
                choosingLoses = comparison.ChoosingLoses,
                session.Answered,
                session.Right,
                session.Lost,
                session.Restarts,
                session.Problems,
            },
            console => Draw(console, comparison, session));
    }

    private (string, string)? Pictures(Invocation inv) => (inv.Options.GetValue(_images), inv.Options.GetValue(_labels)) switch
    {
        (null, null) => null,
        ({ } images, { } labels) => (images, labels),
        _ => throw new IsthmusException(ErrorKind.Usage, "Pictures and labels belong together: give both --images and --labels."),
    };

    private static ImmutableArray<string> Names(string[] texts) => [.. texts.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static Progress Part(IProgress<ProgressReport> progress, double from, double share) => new(progress, from, share);

    // A median of nothing is no number, which JSON lacks.
    private static object Describe(PredictedTime time) => new
    {
        time.Name,
        time.Sharing,
        time.PredictedMs,
        measuredMs = double.IsFinite(time.MeasuredMs) ? time.MeasuredMs : (double?)null,
        error = double.IsFinite(time.Error) ? time.Error : (double?)null,
        time.Rounds,
    };

    private static void Draw(IAnsiConsole console, LiveComparison comparison, Session session)
    {
        console.WriteLine($"Emulated: {string.Join("; ", session.Emulated)}.");
        for (int n = 0; n < session.Actions.Nodes.Length; n++)
            console.WriteLine($"Sharing the {session.Actions.Nodes[n]} multiplies its time: {string.Join(", ", comparison.Contention[n].Factors.Select((f, k) => $"{k + 1} user{(k > 0 ? "s" : "")} {Number(f)}×"))}.");
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("requests at the same time"), Right("predicted ms"), Right("measured ms"), Right("error %"));
        foreach (PredictedTime time in comparison.Actions.Where(t => t.Name.StartsWith("user 0:", StringComparison.Ordinal)).Concat(comparison.Sharing).Concat(comparison.Joint))
            table.AddRow(Markup.Escape(time.Name), Number(time.PredictedMs), Number(time.MeasuredMs), Number(100 * time.Error));
        console.Write(table);
        Say("alone", comparison.ActionErrors);
        Say("nodes that are shared", comparison.SharingErrors);
        Say("joint actions", comparison.JointErrors);
        if (comparison.JointOrder is { } order && comparison.ChoosingLoses is { } loses)
            console.WriteLine($"Joint actions are put in order with Kendall's τ = {order.ToString("0.00", CultureInfo.InvariantCulture)}; the one that is predicted to be the fastest takes {Number(100 * loses)} % more than the fastest that was measured.");
        console.WriteLine($"{session.Answered} requests answered, {(session.Answered > 0 ? Number(100.0 * session.Right / session.Answered) : "0")} % of them rightly; {session.Lost} lost, {session.Restarts} processes started again.");
        foreach (string problem in session.Problems.Take(5)) console.WriteLine(problem);

        void Say(string what, PredictionErrors? errors)
        {
            if (errors is not null)
                console.WriteLine($"Errors, {what}: median {Number(100 * errors.Median)} %, nine in ten within {Number(100 * errors.P90)} %, largest {Number(100 * errors.Largest)} %, on average {Number(100 * errors.Bias)} % (of {errors.Count}).");
        }
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture).Replace('-', '−') : "–";

    private sealed record Session(
        ImmutableArray<string> Emulated, ActionSpace Actions, int Answered, int Right, int Lost, int Restarts, ImmutableArray<string> Problems);

    private sealed class Progress(IProgress<ProgressReport> all, double from, double share) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => all.Report(value with { Fraction = from + (share * value.Fraction) });
    }
}
