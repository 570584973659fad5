using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Inference.Graphs;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`split`: writes the segments of a model, and checks that together they are the model.</summary>
internal sealed class SplitCommand : ICommandFactory
{
    private const int SyntheticSamples = 3;

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

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("split", "Write the segments of a model as ONNX files, and check that together they equal the whole.");
        _model.AddTo(command);
        command.Options.Add(_at);
        command.Options.Add(_output);
        return command.Runs(RunAsync);
    }

    private async Task RunAsync(Invocation inv)
    {
        ModelAnalysis analysis = await _model.AnalyseAsync(inv);
        string[] at = inv.Options.GetValue(_at) ?? [];
        if (at.Length > 2) throw new IsthmusException(ErrorKind.Usage, $"--at is given {at.Length} times; a model is split at one cut or at two.");
        ImmutableArray<CutAnalysis> cuts = [.. at.Select(analysis.FindCut).OrderBy(c => c.Cut.HeadNodes)];
        ImmutableArray<byte[]> segments = ModelSplitter.Extract(analysis, cuts);
        SegmentVerification verification = await inv.WithProgressAsync("Checking", progress => Task.Run(() => Verify(inv, analysis, cuts, segments, progress), inv.CancellationToken));
        if (!verification.Passed)
        {
            throw new IsthmusException(
                ErrorKind.Verification,
                $"The segments are not the whole: relative error {verification.MaxRelError:0.0e+0} (at most {SegmentVerification.Tolerance:0e+0} is rounding), {(verification.SameTop1 ? "same" : "another")} top-1; nothing was written. Please report the model.");
        }

        ImmutableArray<string> paths = await ModelSplitter.WriteAsync(inv.Options.GetValue(_output)!, analysis.Model.Name, segments, inv.CancellationToken);
        inv.Result(
            new
            {
                model = analysis.Model.Name,
                cuts = cuts.Select(c => new { id = c.Id, tensors = c.TensorNames, bytes = c.Bytes, macShare = Math.Round(c.MacShare, 6) }),
                segments = paths,
                samples = verification.Samples,
                input = "synthetic",
                maxAbsError = verification.MaxAbsError,
                maxRelError = verification.MaxRelError,
                sameTop1 = verification.SameTop1,
            },
            console =>
            {
                foreach ((string path, byte[] segment) in paths.Zip(segments)) console.WriteLine($"{path}  {segment.Length / 1e6:0.00} MB");
                console.WriteLine($"Equal to the whole on {verification.Samples} synthetic inputs: max abs error {verification.MaxAbsError:0.0e+0}, max rel error {verification.MaxRelError:0.0e+0}, same top-1.");
            });
    }

    private static SegmentVerification Verify(
        Invocation inv, ModelAnalysis analysis, ImmutableArray<CutAnalysis> cuts, ImmutableArray<byte[]> segments, IProgress<ProgressReport> progress)
    {
        using SegmentVerifier verifier = new(analysis.Model, segments, [.. cuts.Select(c => c.TensorNames)]);
        for (int seed = 1; seed <= SyntheticSamples; seed++)
        {
            progress.Report(new("runs the whole and the segments", (seed - 1.0) / SyntheticSamples));
            IReadOnlyDictionary<string, Core.Tensors.Tensor> inputs = SyntheticInput.Create(analysis.Inputs, seed);
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
}
