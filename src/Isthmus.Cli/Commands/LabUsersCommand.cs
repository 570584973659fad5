using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Lab.Orchestration;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`lab users`: hundreds of simulated users whose requests come when they come.</summary>
internal sealed class LabUsersCommand : ICommandFactory
{
    private static readonly UsersStudyOptions Default = new();

    private readonly Option<int> _users = new("--users") { Description = $"How many users, 1 to {UsersStudyOptions.MaxUsers}.", HelpName = "N", DefaultValueFactory = _ => Default.Users };
    private readonly Option<double> _rate = new("--rate") { Description = "Requests a second of each user.", HelpName = "R", DefaultValueFactory = _ => Default.PerSecond };
    private readonly Option<bool> _bursts = new("--bursts") { Description = "Requests come in bursts: a second of five times the rate, four of none, on average (default: at random)." };
    private readonly Option<double> _weak = new("--weak") { Description = "The share of users with a weak link, 0 to 1.", HelpName = "SHARE", DefaultValueFactory = _ => Default.WeakShare };
    private readonly Option<string> _accuracy = new("--accuracy") { Description = "The mean accuracy that is wanted, 0 to 1, or any.", HelpName = "SHARE|any", DefaultValueFactory = _ => Default.Accuracy!.Value.ToString(CultureInfo.InvariantCulture) };
    private readonly Option<int?> _edge = new("--edge-workers") { Description = "Requests that the edge serves at a time without loss (default: one for each 50 users).", HelpName = "N" };
    private readonly Option<int?> _cloud = new("--cloud-workers") { Description = "Requests that the cloud serves at a time without loss (default: one for each 25 users).", HelpName = "N" };
    private readonly Option<int> _warm = new("--warm-up") { Description = "Simulated seconds in which learners learn before anything counts.", HelpName = "S", DefaultValueFactory = _ => Default.WarmUpSeconds };
    private readonly Option<int> _seconds = new("--seconds") { Description = "Simulated seconds that count.", HelpName = "S", DefaultValueFactory = _ => Default.Seconds };
    private readonly Option<long> _seed = new("--seed") { Description = "Equal seeds make equal runs.", HelpName = "N", DefaultValueFactory = _ => Default.Seed };

    public Command Create()
    {
        Command command = new("users", "Hundreds of simulated users who share an edge and a cloud, with arrivals, queues, tails and fairness: fixed placements, the optimum for users who send all at once, and Isthmus.");
        foreach (Option option in new Option[] { _users, _rate, _bursts, _weak, _accuracy, _edge, _cloud, _warm, _seconds, _seed }) command.Options.Add(option);
        return command.Runs(RunAsync);
    }

    private async Task RunAsync(Invocation inv)
    {
        string accuracy = inv.Options.GetValue(_accuracy)!;
        UsersStudyOptions options = new()
        {
            Users = inv.Options.GetValue(_users),
            PerSecond = inv.Options.GetValue(_rate),
            Bursts = inv.Options.GetValue(_bursts),
            WeakShare = inv.Options.GetValue(_weak),
            Accuracy = accuracy == "any" ? null
                : double.TryParse(accuracy, NumberStyles.Float, CultureInfo.InvariantCulture, out double wanted) ? wanted
                : throw new IsthmusException(ErrorKind.Usage, $"'{accuracy}' is no accuracy: write a share such as 0.85, or any."),
            EdgeWorkers = inv.Options.GetValue(_edge),
            CloudWorkers = inv.Options.GetValue(_cloud),
            WarmUpSeconds = inv.Options.GetValue(_warm),
            Seconds = inv.Options.GetValue(_seconds),
            Seed = inv.Options.GetValue(_seed),
        };
        options.Validate();
        ImmutableArray<UsersStudyRow> rows = await inv.WithProgressAsync("lab users", progress => Task.Run(() => UsersStudy.Run(options, progress, inv.CancellationToken), inv.CancellationToken));
        inv.Result(new { simulated = true, options, methods = rows }, console => Draw(console, options, rows));
    }

    private static void Draw(IAnsiConsole console, UsersStudyOptions options, ImmutableArray<UsersStudyRow> rows)
    {
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Users} simulated users, {options.PerSecond:0.##} requests a second each{(options.Bursts ? ", in bursts" : "")}, {options.Seconds} s after {options.WarmUpSeconds} s in which learners learn. Published times and accuracies."));
        Table table = new Table().Border(TableBorder.Simple).AddColumns("method", "mean ms", "p50", "p95", "p99", "slowest user", "Jain", "accuracy", "device/edge/cloud", "answered", "lost", "ms to decide");
        foreach (TableColumn column in table.Columns.Skip(1)) column.RightAligned();
        foreach (UsersStudyRow row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Method), Ms(row.MeanMs), Ms(row.P50Ms), Ms(row.P95Ms), Ms(row.P99Ms), Ms(row.SlowestUserMs), N(row.Jain, "0.00"), N(row.MeanAccuracy * 100, "0.0") + " %",
                $"{N(row.Device * 100, "0")}/{N(row.Edge * 100, "0")}/{N(row.Cloud * 100, "0")} %", N((double)row.Answered / Math.Max(1, row.Requests) * 100, "0.0") + " %", $"{row.Lost}", N(row.DecideMs, "0.00"));
        }

        console.Write(table);
    }

    private static string Ms(double ms) => double.IsFinite(ms) ? N(ms, ms < 100 ? "0.0" : "0") : "none";

    private static string N(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
