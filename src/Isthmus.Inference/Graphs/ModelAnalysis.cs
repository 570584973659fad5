using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Isthmus.Inference.Graphs;

/// <summary>What there is to know of a model before it is profiled: types and shapes from a real run, its cuts, its size in work and parameters. Immutable.</summary>
public sealed class ModelAnalysis
{
    // Tensors that one run shows: bounds what it holds at once. Halved while they take more than that many bytes.
    private const int TensorsPerRun = 512;
    private const long BytesPerRun = 512L << 20;

    private ModelAnalysis(OnnxModel model, IReadOnlyList<TensorDescription> inputs, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        Model = model;
        Inputs = [.. inputs];
        Tensors = tensors;
        Outputs = [.. model.Graph.Outputs.Where(o => tensors.ContainsKey(o.Name)).Select(o => tensors[o.Name])];
        Macs = model.Graph.Nodes.Where(n => !n.IsConstant).Sum(n => MacCounter.Count(n, model.Graph, tensors));
        Parameters = MacCounter.CountParameters(model.Graph);
        Cuts = [.. CutFinder.Find(model.Graph, tensors).Select(Describe)];
    }

    /// <summary>The model.</summary>
    public OnnxModel Model { get; }

    /// <summary>Its inputs as they were in the run.</summary>
    public ImmutableArray<TensorDescription> Inputs { get; }

    /// <summary>Its outputs as they were in the run.</summary>
    public ImmutableArray<TensorDescription> Outputs { get; }

    /// <summary>Every tensor of numbers that the run made, and the inputs, by name.</summary>
    public IReadOnlyDictionary<string, TensorDescription> Tensors { get; }

    /// <summary>The cuts by depth. Each one's head contains the head of all before it.</summary>
    public ImmutableArray<CutAnalysis> Cuts { get; }

    /// <summary>Multiply-accumulates for one input.</summary>
    public long Macs { get; }

    /// <summary>Parameters; see <see cref="MacCounter.CountParameters"/>.</summary>
    public long Parameters { get; }

    /// <summary>Analyses a model: runs it on <see cref="SyntheticInput"/> with every intermediate tensor as an output, unoptimised.</summary>
    /// <param name="model">The model.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The model cannot be run, or an open dimension other than the batch has no size.</exception>
    public static ModelAnalysis Analyse(OnnxModel model, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default) =>
        Analyse(model, dimensions: null, progress, cancellationToken);

    /// <summary>Analyses a model whose inputs have open dimensions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dimensions">Sizes of open dimensions by name; an open first dimension is the batch, and 1.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The model cannot be run, or an open dimension other than the batch has no size.</exception>
    public static ModelAnalysis Analyse(
        OnnxModel model, IReadOnlyDictionary<string, long>? dimensions, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<TensorDescription> described = SyntheticInput.Describe(model, dimensions);
        Dictionary<string, TensorDescription> tensors = described.ToDictionary(d => d.Name, StringComparer.Ordinal);
        IReadOnlyDictionary<string, Tensor> inputs = SyntheticInput.Create(model, dimensions);
        try
        {
            HashSet<string> outputs = model.Graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
            string[] made = [.. model.Graph.Nodes.SelectMany(n => n.Outputs)];
            int done = 0, perRun = TensorsPerRun;
            while (done < made.Length)
            {
                progress?.Report(new("runs the network once for shapes", (double)done / made.Length));
                string[] some = [.. made.Skip(done).Take(perRun)];
                long bytes = 0;
                using GraphSession session = new(SegmentExtractor.WithOutputs(model, [.. some.Where(t => !outputs.Contains(t))]), model.Name, optimised: false);
                session.Run(inputs, some, (name, value) =>
                {
                    if (See(name, value) is not { } seen) return;
                    tensors.Add(name, seen);
                    bytes += seen.ByteLength;
                }, cancellationToken);
                done += some.Length;
                if (bytes > BytesPerRun) perRun = Math.Max(1, perRun / 2);
            }
        }
        finally
        {
            foreach (Tensor input in inputs.Values) input.Dispose();
        }

        progress?.Report(new("looks for cuts", 1));
        return new(model, described, tensors);
    }

    /// <summary>Finds a cut by what a user calls it.</summary>
    /// <param name="idOrTensorNames">An id of <see cref="Cuts"/>, or the names of the tensors that cross, separated by commas, in any order.</param>
    /// <returns>The cut; one that is not listed but valid is made on the spot.</returns>
    /// <exception cref="IsthmusException">There is no such cut.</exception>
    public CutAnalysis FindCut(string idOrTensorNames)
    {
        ArgumentNullException.ThrowIfNull(idOrTensorNames);
        if (Cuts.FirstOrDefault(c => c.Id == idOrTensorNames) is { } listed) return listed;
        // A tensor's own name may contain a comma.
        string[] names = Tensors.ContainsKey(idOrTensorNames) ? [idOrTensorNames]
            : idOrTensorNames.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        HashSet<string> wanted = new(names, StringComparer.Ordinal);
        return Cuts.FirstOrDefault(c => wanted.SetEquals(c.Cut.Tensors)) ?? Describe(CutFinder.At(Model, names, Tensors));
    }

    private CutAnalysis Describe(Cut cut) =>
        new(cut, [.. cut.Tensors.Select(t => Tensors[t])], new ByteCount(cut.Bytes), Macs == 0 ? 0 : (double)cut.HeadMacs / Macs);

    private static TensorDescription? See(string name, OrtValue value)
    {
        if (!value.IsTensor) return null;
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        ElementType type = (ElementType)info.ElementDataType;
        bool numbers = Enum.IsDefined(type) && type != ElementType.Undefined && info.Shape.Length <= TensorShape.MaxRank;
        return numbers ? new(name, type, new TensorShape(info.Shape)) : null;
    }
}
