using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Codec;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Commands;

/// <summary>`profile`: measures a network on the nodes at hand.</summary>
internal sealed class ProfileCommand : ICommandFactory
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The ONNX file." };
    private readonly Option<string> _images = new("--images") { Description = "Folder of images of the kind that will be asked about, or one image.", Required = true, HelpName = "DIR" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the profile goes (default: NAME.profile.json in the current folder).", HelpName = "FILE" };

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("profile", "Measure a network on the device, the edge and the cloud, and the links between them: what 'plan' and 'run' decide from.");
        command.Arguments.Add(_model);
        command.Options.Add(_images);
        command.Options.Add(_output);
        ProfilingOptions profiling = ProfilingOptions.AddTo(command);
        TierOptions tiers = TierOptions.AddTo(command);
        SessionOptions session = SessionOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, profiling, tiers, session, manifest));
    }

    private async Task RunAsync(Invocation inv, ProfilingOptions profiling, TierOptions tierOptions, SessionOptions session, ManifestOptions manifest)
    {
        string model = inv.Options.GetValue(_model)!;
        Network network = Network.Load(model, manifest.Read(inv.Options));
        ProfilerOptions options = profiling.Read(inv.Options, network.Model.Hash) with { Slowdown = tierOptions.Slowdown(inv.Options), Session = session.Read(inv.Options) };
        string[] images = [.. LabelledImages.Load(inv.Options.GetValue(_images)!).Select(i => i.Path)];
        string output = inv.Options.GetValue(_output) ?? Path.GetFileNameWithoutExtension(model) + ".profile.json";

        using Tiers tiers = await Tiers.ConnectAsync(tierOptions.Read(inv.Options), cancellationToken: inv.CancellationToken);
        Profile profile = await inv.WithProgressAsync("Profiling", async progress =>
        {
            ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, inv.CancellationToken), inv.CancellationToken);
            // What was measured outlives an interruption: the same command goes on where it ended.
            return await new Profiler(network, analysis, tiers, options with { Journal = output + ".journal" }).MeasureAsync(images, progress, inv.CancellationToken);
        });
        string[] leftOut = [.. tiers.Nodes.Where(n => profile.Nodes.All(p => p.Name != n.Name)).Select(n => $"{n.Name} at {n.Client.Url.Authority} is left out: {n.Breaker.Reason}")];
        foreach (string left in leftOut) inv.Note(left);
        ProfileFile.Save(output, profile);
        inv.Result(new { file = output, leftOut, blockSums = BlockSum.Of(profile), profile }, console => Draw(console, profile, output));
    }

    private static void Draw(IAnsiConsole console, Profile profile, string output)
    {
        Table nodes = new() { Border = TableBorder.Simple };
        nodes.AddColumns(new TableColumn("node"), new TableColumn("tier"), new TableColumn("whole network").RightAligned(), new TableColumn("sum of blocks").RightAligned(), new TableColumn("round trip").RightAligned(), new TableColumn("bandwidth").RightAligned(), new TableColumn("note"));
        ImmutableArray<BlockSum> sums = BlockSum.Of(profile);
        foreach (NodeProfile node in profile.Nodes)
        {
            LinkProfile? link = profile.Links.FirstOrDefault(l => l.From == Tiers.Device && l.To == node.Name);
            Timing? whole = node.Segments.FirstOrDefault(s => s is { From: null, To: null })?.Timing;
            string note = node.Slowdown == 1 ? "" : $"emulated: slowed down {node.Slowdown:0.##}×";
            if (link is { Emulated: true }) note += (note.Length > 0 ? ", " : "") + "link emulated";
            nodes.AddRow(Markup.Escape(node.Name), node.Tier.ToString().ToLowerInvariant(), whole?.P50.ToString() ?? "", sums.FirstOrDefault(b => b.Node == node.Name) is { } sum ? $"{sum.Ratio:0.00}×" : "", link?.RoundTrip.ToString() ?? "", link?.Bandwidth.ToString() ?? "", note);
        }

        console.Write(nodes);
        Table cuts = new() { Border = TableBorder.Simple };
        cuts.AddColumn("cut").AddColumn(new TableColumn("work before").RightAligned());
        foreach (CodecSpec codec in profile.Cuts.FirstOrDefault()?.Codecs.Select(c => c.Codec) ?? []) cuts.AddColumn(new TableColumn(codec.ToString()).RightAligned());
        foreach (CutProfile cut in profile.Cuts)
            cuts.AddRow([cut.Id, cut.MacShare.ToString("P1", CultureInfo.InvariantCulture), .. cut.Codecs.Select(c => c.Accuracy is { Stopped: true } ? "given up" : $"{c.Bytes} −{100 * c.AccuracyLoss:0.#}%")]);
        console.Write(cuts);
        Table inputs = new() { Border = TableBorder.Simple };
        inputs.AddColumn("input as").AddColumn(new TableColumn("bytes").RightAligned()).AddColumn(new TableColumn("loss").RightAligned());
        foreach (InputProfile input in profile.Inputs)
            inputs.AddRow(input.Encoding.ToString(), new ByteCount(input.Bytes.Value).ToString(), input.Accuracy is { Stopped: true } ? "given up" : $"{100 * input.AccuracyLoss:0.#}%");
        console.Write(inputs);
        string loss = profile.Calibration is { Labelled: true } ? "top-1 accuracy against the un-split network's, from a calibration" : "answers that differ from the un-split network's";
        console.MarkupLineInterpolated($"Sizes and losses on {profile.SampleCount} images (loss: {loss}). Written to {output}.");
    }
}
