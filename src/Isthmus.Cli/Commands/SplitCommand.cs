using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`split`: writes the segments of a model, and checks that together they are the model.</summary>
internal sealed class SplitCommand : ICommandFactory
{
    private const int SyntheticSamples = 3;
    private const int MaxPhotographs = 20;

    private readonly ModelArguments _model = new();

    private readonly Option<string[]> _at = new("--at")
    {
        Description = "Where to cut: an id from 'inspect', or the names of the tensors that cross, separated by commas. Give it twice for a middle segment.",
        HelpName = "CUT",
        Required = true,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Folder for NAME.head.onnx, NAME.middle.onnx (with two cuts) and NAME.tail.onnx.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string?> _images = new("--images")
    {
        Description = $"Folder with photographs to check on, at most the first {MaxPhotographs} (default: {SyntheticSamples} synthetic inputs).",
        HelpName = "DIR",
    };

    private ManifestOptions? _manifest;

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("split", "Write the segments of a model as ONNX files, and check that together they equal the whole.");
        _model.AddTo(command);
        command.Options.Add(_at);
        command.Options.Add(_output);
        command.Options.Add(_images);
        _manifest = ManifestOptions.AddTo(command);
        return command.Runs(RunAsync);
    }

    private async Task RunAsync(Invocation inv)
    {
        ModelAnalysis analysis = await _model.AnalyseAsync(inv);
        string[] at = inv.Options.GetValue(_at) ?? [];
        if (at.Length > 2) throw new IsthmusException(ErrorKind.Usage, $"--at is given {at.Length} times; a model is split at one cut or at two.");
        ImmutableArray<CutAnalysis> cuts = [.. at.Select(analysis.FindCut).OrderBy(c => c.Cut.HeadNodes)];
        ImmutableArray<byte[]> segments = ModelSplitter.Extract(analysis, cuts);
        (SegmentVerification verification, bool optimised) = await inv.WithProgressAsync(
            "Checking", progress => Task.Run(() => Verify(inv, analysis, cuts, segments, progress), inv.CancellationToken));
        if (!verification.Passed)
        {
            throw new IsthmusException(
                ErrorKind.Verification,
                $"The segments are not the whole: relative error {verification.MaxRelError:0.0e+0} (at most {SegmentVerification.Tolerance:0e+0} is rounding), {(verification.SameTop1 ? "same" : "another")} top-1; nothing was written. Please report the model.");
        }

        ImmutableArray<string> paths = await ModelSplitter.WriteAsync(inv.Options.GetValue(_output)!, analysis.Model.Name, segments, inv.CancellationToken);
        string what = inv.Options.GetValue(_images) is null ? "synthetic inputs" : "photographs";
        inv.Result(
            new
            {
                model = analysis.Model.Name,
                cuts = cuts.Select(c => new { id = c.Id, tensors = c.TensorNames, bytes = c.Bytes, macShare = Math.Round(c.MacShare, 6) }),
                segments = paths,
                samples = verification.Samples,
                input = what,
                optimised,
                maxAbsError = verification.MaxAbsError,
                maxRelError = verification.MaxRelError,
                sameTop1 = verification.SameTop1,
            },
            console =>
            {
                foreach ((string path, byte[] segment) in paths.Zip(segments)) console.WriteLine($"{path}  {segment.Length / 1e6:0.00} MB");
                console.WriteLine($"Equal to the whole on {verification.Samples} {what}: max abs error {verification.MaxAbsError:0.0e+0}, max rel error {verification.MaxRelError:0.0e+0}, same top-1.");
                if (!optimised) console.WriteLine("Checked without graph optimisation: the runtime rounds quantised operators differently, depending on what it fuses.");
            });
    }

    private (SegmentVerification Verification, bool Optimised) Verify(
        Invocation inv, ModelAnalysis analysis, ImmutableArray<CutAnalysis> cuts, ImmutableArray<byte[]> segments, IProgress<ProgressReport> progress)
    {
        SegmentVerification asInProduction = Verify(inv, analysis, cuts, segments, optimised: true, progress);
        bool quantized = analysis.Model.Graph.Nodes.Any(n => n.Operator is "QuantizeLinear" or "DynamicQuantizeLinear");
        return asInProduction.Passed || !quantized ? (asInProduction, true) : (Verify(inv, analysis, cuts, segments, optimised: false, progress), false);
    }

    private SegmentVerification Verify(
        Invocation inv, ModelAnalysis analysis, ImmutableArray<CutAnalysis> cuts, ImmutableArray<byte[]> segments, bool optimised, IProgress<ProgressReport> progress)
    {
        using SegmentVerifier verifier = new(analysis.Model, segments, [.. cuts.Select(c => c.TensorNames)], optimised);
        IReadOnlyList<Func<IReadOnlyDictionary<string, Core.Tensors.Tensor>>> samples = Samples(inv, analysis);
        for (int i = 0; i < samples.Count; i++)
        {
            progress.Report(new("runs the whole and the segments", (double)i / samples.Count));
            IReadOnlyDictionary<string, Core.Tensors.Tensor> inputs = samples[i]();
            try
            {
                verifier.Compare(inputs, inv.CancellationToken);
            }
            finally
            {
                foreach (Core.Tensors.Tensor input in inputs.Values) input.Dispose();
            }
        }

        return verifier.Result;
    }

    private IReadOnlyList<Func<IReadOnlyDictionary<string, Core.Tensors.Tensor>>> Samples(Invocation inv, ModelAnalysis analysis)
    {
        if (inv.Options.GetValue(_images) is not { } folder)
            return [.. Enumerable.Range(1, SyntheticSamples).Select(seed => (Func<IReadOnlyDictionary<string, Core.Tensors.Tensor>>)(() => SyntheticInput.Create(analysis.Inputs, seed)))];
        if (analysis.Inputs is not [{ } input])
            throw new IsthmusException(ErrorKind.Usage, $"'{analysis.Model.Name}' has {analysis.Inputs.Length} inputs, which photographs cannot fill: leave --images out.");
        string[] files = Photographs(folder);
        ImagePreprocessor preprocessor = new(ManifestFile.Load(_model.Path(inv), analysis.Model.Proto, _manifest!.Read(inv.Options)));
        return
        [
            .. files.Select(file => (Func<IReadOnlyDictionary<string, Core.Tensors.Tensor>>)(() => new Dictionary<string, Core.Tensors.Tensor>(StringComparer.Ordinal)
            {
                [input.Name] = preprocessor.FromFile(File.ReadAllBytes(file), Path.GetFileName(file)),
            })),
        ];
    }

    private static string[] Photographs(string folder)
    {
        if (!Directory.Exists(folder)) throw new IsthmusException(ErrorKind.File, $"There is no folder '{folder}'.");
        string[] files =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" or ".webp" or ".tif" or ".tiff" or ".gif")
                .Order(StringComparer.Ordinal).Take(MaxPhotographs),
        ];
        return files.Length > 0 ? files : throw new IsthmusException(ErrorKind.File, $"There is no picture in '{folder}'.");
    }
}
