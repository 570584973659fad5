using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Core.Storage;
using Isthmus.Lab.Reproduction;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`lab reproduce`: the experiment of a paper, run again on real networks and photographs.</summary>
internal sealed class LabReproduceCommand : ICommandFactory
{
    private readonly Argument<string?> _name = new("name")
    {
        Description = "The reproduction to run: " + string.Join(", ", Reproductions.All.Select(r => r.Name)) + ".",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _list = new("--list") { Description = "List the reproductions instead of running one." };
    private readonly Option<bool> _quick = new("--quick") { Description = "At most a minute on the embedded network: fewer cuts, codecs, photographs and bandwidths." };
    private readonly Option<string[]> _models = new("--models") { Description = "ONNX files, or folders of them (default: Inception v3, imported from its npm package).", HelpName = "DIR|FILE", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
    private readonly Option<string?> _images = new("--images") { Description = "A folder of photographs of your own (default: the samples).", HelpName = "DIR" };
    private readonly Option<string?> _labels = new("--labels") { Description = "CSV with a photograph's file name and class index a line (default: labels.csv among the photographs).", HelpName = "FILE" };
    private readonly Option<int?> _limit = new("--limit") { Description = "The most photographs (default: what suits the reproduction).", HelpName = "N" };
    private readonly Option<double> _maxLoss = new("--max-loss") { Description = "Δα: the largest accuracy loss that a plan may have, 0 to 1.", HelpName = "Δα", DefaultValueFactory = _ => new ReproductionOptions().MaxLoss };
    private readonly Option<double?> _slowdown = new("--edge-slowdown") { Description = "How many times slower than this machine the machine at the source is (emulated; default: 8, of shahhosseini 64).", HelpName = "X" };
    private readonly Option<string> _roundTrip = new("--rtt") { Description = "Round-trip time of the link (emulated).", HelpName = "10ms", DefaultValueFactory = _ => "10ms" };
    private readonly Option<string?> _rates = new("--rates") { Description = "Bandwidths at which everything really runs, such as 2.4mbit,8mbit (default: the paper's, and others in a full run).", HelpName = "RATES" };
    private readonly Option<string?> _codecs = new("--codecs") { Description = "The codecs that Isthmus may choose from, such as raw,huffman:4 (default: all that make sense).", HelpName = "CODECS" };
    private readonly Option<string?> _data = new("--data") { Description = "A folder with measurements that the paper's authors published, to reproduce from them instead of measuring (scission).", HelpName = "DIR" };
    private readonly Option<string?> _html = new("--html") { Description = "Where an HTML report goes.", HelpName = "FILE" };

    public Command Create()
    {
        Command command = new("reproduce", "Run the experiment of a paper again on real networks and photographs: its method, its baselines and Isthmus in the same run.");
        command.Arguments.Add(_name);
        foreach (Option option in new Option[] { _list, _quick, _models, _images, _labels, _limit, _maxLoss, _slowdown, _roundTrip, _rates, _codecs, _data, _html }) command.Options.Add(option);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, manifest));
    }

    private async Task RunAsync(Invocation inv, ManifestOptions manifest)
    {
        if (inv.Options.GetValue(_list))
        {
            inv.Result(new { reproductions = Reproductions.All.Select(r => new { r.Name, r.Paper, r.Summary }) }, List);
            return;
        }

        IReproduction reproduction = Reproductions.Get(inv.Options.GetValue(_name)
            ?? throw new IsthmusException(ErrorKind.Usage, "No reproduction was named: 'isthmus lab reproduce --list' lists them."));
        ReproductionOptions options = new()
        {
            Quick = inv.Options.GetValue(_quick),
            Models = [.. inv.Options.GetValue(_models)!],
            Manifest = manifest.Read(inv.Options),
            Images = inv.Options.GetValue(_images),
            Labels = inv.Options.GetValue(_labels),
            Limit = inv.Options.GetValue(_limit),
            MaxLoss = inv.Options.GetValue(_maxLoss),
            Slowdown = inv.Options.GetValue(_slowdown),
            RoundTrip = Milliseconds.Parse(inv.Options.GetValue(_roundTrip)!),
            Rates = Parse(inv.Options.GetValue(_rates), BitsPerSecond.Parse),
            Codecs = Parse(inv.Options.GetValue(_codecs), CodecSpec.Parse),
            Data = inv.Options.GetValue(_data),
            DataFolder = DataFolder.Resolve(),
        };
        options.Validate();
        string? html = inv.Options.GetValue(_html);

        ReproductionResult result = await inv.WithProgressAsync(reproduction.Name, progress => reproduction.RunAsync(options, progress, inv.CancellationToken));
        if (html is not null) AtomicFile.WriteText(html, ReproductionReport.ToHtml(result));
        inv.Result(Describe(result), console => Draw(console, result, html));
    }

    private static void List(IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Name", "Paper", "Compares");
        foreach (IReproduction reproduction in Reproductions.All)
            table.AddRow(Markup.Escape(reproduction.Name), Markup.Escape(reproduction.Paper), Markup.Escape(reproduction.Summary));
        console.Write(table);
    }

    private static object Describe(ReproductionResult result) => new
    {
        result.Name,
        result.Paper,
        result.Summary,
        result.Quick,
        result.Created,
        result.Seconds,
        result.SoftwareVersion,
        result.Host,
        result.Emulated,
        result.Claims,
        sections = result.Sections.Select(s => new
        {
            s.Title,
            s.Text,
            tables = s.Tables.Select(t => new { t.Title, columns = t.Columns.Select(c => c.TrimStart('<')), rows = t.Rows.Select(r => r.Cells) }),
            charts = s.Lines.Select(c => new
            {
                c.Title,
                x = c.XLabel,
                y = c.YLabel,
                series = c.Series.Select(l => new { l.Name, marks = l.AsMarks, points = l.Points.Select(p => new[] { p.X, p.Y }) }),
            }),
        }),
        result.Details,
    };

    private static void Draw(IAnsiConsole console, ReproductionResult result, string? html)
    {
        console.MarkupLineInterpolated($"[bold]{result.Paper}[/]");
        console.WriteLine(result.Summary);
        if (!result.Emulated.IsEmpty) console.WriteLine($"Emulated: {string.Join("; ", result.Emulated)}.");
        foreach (ReportSection section in result.Sections)
        {
            console.WriteLine();
            console.MarkupLineInterpolated($"[bold]{section.Title}[/]");
            foreach (string text in section.Text) console.WriteLine(text);
            foreach (ReportTable table in section.Tables) console.Write(Drawn(table));
        }

        Table claims = new Table().Border(TableBorder.Simple).AddColumns("Claim", "Paper", "Measured", "", "");
        claims.Columns[1].RightAligned();
        claims.Columns[2].RightAligned();
        foreach (Claim claim in result.Claims)
        {
            claims.AddRow(
                Markup.Escape(claim.Name), ReproductionReport.Figure(claim.Paper), ReproductionReport.Figure(claim.Measured), Markup.Escape(claim.Unit),
                claim.Met switch { true => "[green]met[/]", false => "[red]not met[/]", null => "" });
        }

        console.Write(claims);
        console.WriteLine($"{(result.Quick ? "Quick run" : "Run")} of {result.Seconds:0} s. {(html is null ? "--html FILE writes the report with charts." : $"Report: {Path.GetFullPath(html)}")}");
    }

    private static Table Drawn(ReportTable table)
    {
        Table drawn = new() { Border = TableBorder.Simple, Title = table.Title.Length > 0 ? new TableTitle(Markup.Escape(table.Title)) : null };
        foreach (string column in table.Columns)
        {
            TableColumn heading = new(Markup.Escape(column.TrimStart('<')));
            drawn.AddColumn(column.StartsWith('<') ? heading : heading.RightAligned());
        }

        foreach ((ImmutableArray<string> cells, bool emphasised) in table.Rows)
            drawn.AddRow([.. cells.Select(c => emphasised ? $"[bold]{Markup.Escape(c)}[/]" : Markup.Escape(c))]);
        return drawn;
    }

    private static ImmutableArray<T> Parse<T>(string? text, Func<string, T> parse) => text is null ? []
        : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(parse).Distinct()];
}
