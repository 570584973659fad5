using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Fleets;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`fleet check`: whether every node of a fleet answers and is what the file says, and its links against those stated.</summary>
internal sealed class FleetCheckCommand : ICommandFactory
{
    private readonly Argument<string> _file = new("FLEET") { Description = "The fleet, a YAML or JSON file." };

    public Command Create()
    {
        Command command = new("check", "Reach every node of a fleet, say what it is, and measure the links between them beside those stated.") { _file };
        SessionOptions session = SessionOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, session));
    }

    private async Task RunAsync(Invocation inv, SessionOptions session)
    {
        string file = inv.Options.GetValue(_file)!;
        Fleet fleet = FleetFile.Load(file);
        FleetReport report = await inv.WithProgressAsync("Checking", progress => FleetChecker.CheckAsync(fleet, session.Read(inv.Options), options: null, progress, inv.CancellationToken));
        inv.Result(new { file, report.Ok, report.Unreachable, report.WrongTier, report.Nodes, report.Links }, console => Draw(console, report));
        foreach (NodeCheck node in report.Nodes.Where(n => n.VersionDiffers)) inv.Note($"{node.Name} runs version {node.Version}: what it measures may differ.");
        if (!report.Unreachable.IsEmpty)
            throw new IsthmusException(ErrorKind.Node, $"{report.Unreachable.Length} of {report.Nodes.Length} nodes cannot be reached: {string.Join(", ", report.Unreachable)}. Start them, or mend their addresses in {Path.GetFileName(file)}.");
        if (!report.WrongTier.IsEmpty)
            throw new IsthmusException(ErrorKind.Verification, $"{string.Join(", ", report.WrongTier)} serve{(report.WrongTier.Length == 1 ? "s" : "")} another tier than {Path.GetFileName(file)} says: start it with another --tier, or mend the file.");
        if (report.Links.FirstOrDefault(l => l.Problem is not null) is { } link)
            throw new IsthmusException(ErrorKind.Node, $"The link from {link.From} to {link.To} could not be measured: {link.Problem}");
    }

    private static void Draw(IAnsiConsole console, FleetReport report)
    {
        Table nodes = new Table().Border(TableBorder.Simple).AddColumns("node", "tier", "address", "version", "runtime", "threads", "host", "note");
        nodes.Columns[5].RightAligned();
        foreach (NodeCheck node in report.Nodes)
        {
            List<string> notes = [];
            if (node.Problem is not null) notes.Add($"NOT REACHED: {node.Problem}");
            if (node.TierDiffers) notes.Add($"SERVES THE TIER {node.OwnTier.ToString()!.ToLowerInvariant()}");
            if (node.VersionDiffers) notes.Add("another version");
            if (node.Slowdown is { } slow && slow != 1) notes.Add($"emulated: slowed down {slow:0.##}×");
            if (node.OwnName is { } own && own != node.Name) notes.Add($"calls itself '{own}'");
            notes.AddRange(node.Tags.Select(t => $"{t.Key}: {t.Value}"));
            string[] cells =
            [
                node.Name, node.Tier.ToString().ToLowerInvariant(), node.Url ?? "this machine", node.Version ?? "", node.Runtime ?? "", node.Threads?.ToString() ?? "", node.Host ?? "", string.Join("; ", notes),
            ];
            nodes.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(nodes);
        if (report.Links.IsEmpty) return;
        Table links = new Table().Border(TableBorder.Simple).AddColumns("link", "round trip", "stated", "bandwidth", "stated", "note");
        for (int i = 1; i < 5; i++) links.Columns[i].RightAligned();
        foreach (LinkCheck link in report.Links)
        {
            string note = link.Problem is not null ? $"NOT MEASURED: {link.Problem}" : link.Differs ? "differs from what is stated" : "";
            if (link.Emulated) note += (note.Length > 0 ? "; " : "") + "emulated";
            string[] cells =
            [
                $"{link.From} → {link.To}", link.RoundTrip?.ToString() ?? "", link.StatedRoundTrip?.ToString() ?? "",
                Rate(link.Bandwidth), Rate(link.StatedBandwidth), note,
            ];
            links.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(links);
    }

    private static string Rate(double? bits) => bits is { } b ? new BitsPerSecond(b).ToString() : "";
}
