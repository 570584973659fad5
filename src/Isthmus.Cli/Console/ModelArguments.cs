using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Manifests;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Cli.Console;

/// <summary>The model that a command is about, as an argument, and what it needs to be read: open dimensions, trusted external data.</summary>
internal sealed class ModelArguments
{
    private readonly Argument<string> _path = new("MODEL") { Description = "The ONNX file." };

    private readonly Option<string[]> _dimensions = new("--dimension")
    {
        Description = "NAME=SIZE: the size of an open dimension of the input, by its name in the model. The batch, an open first one, is 1.",
        HelpName = "NAME=SIZE",
    };

    private readonly Option<string[]> _external = new("--external")
    {
        Description = "SHA-256 of a file with weights beside the model that may be read. Files that are not listed are refused.",
        HelpName = "SHA256",
    };

    /// <summary>Adds the argument and its options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="withDimensions">Whether open dimensions beside the batch may be given.</param>
    public void AddTo(Command command, bool withDimensions = true)
    {
        command.Arguments.Add(_path);
        if (withDimensions) command.Options.Add(_dimensions);
        command.Options.Add(_external);
    }

    /// <summary>The sizes of open dimensions that were given.</summary>
    /// <exception cref="IsthmusException">One is not NAME=SIZE.</exception>
    public IReadOnlyDictionary<string, long> Dimensions(Invocation inv)
    {
        Dictionary<string, long> sizes = new(StringComparer.Ordinal);
        foreach (string text in inv.Options.GetValue(_dimensions) ?? [])
        {
            int equals = text.LastIndexOf('=');
            if (equals < 1 || !long.TryParse(text.AsSpan(equals + 1), out long size) || size < 1)
                throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not the size of a dimension: write NAME=SIZE, such as height=224.");
            sizes[text[..equals]] = size;
        }

        return sizes;
    }

    /// <summary>The model's file.</summary>
    public string Path(Invocation inv) => inv.Options.GetValue(_path)!;

    /// <summary>Reads the model.</summary>
    public OnnxModel Load(Invocation inv) =>
        OnnxModel.Load(Path(inv), ExternalDataPolicy.Allow((inv.Options.GetValue(_external) ?? []).Select(ModelHash.Parse)));

    /// <summary>Reads the model and its manifest, for a command that feeds pictures to it.</summary>
    public Network LoadNetwork(Invocation inv, ManifestOptions manifest)
    {
        OnnxModel model = Load(inv);
        return new(model, ManifestFile.Load(inv.Options.GetValue(_path)!, model.Proto, manifest.Read(inv.Options)));
    }

    /// <summary>Reads and analyses the model, with progress.</summary>
    public Task<ModelAnalysis> AnalyseAsync(Invocation inv)
    {
        IReadOnlyDictionary<string, long> dimensions = Dimensions(inv);
        OnnxModel model = Load(inv);
        return inv.WithProgressAsync("Analysing", progress => Task.Run(() => ModelAnalysis.Analyse(model, dimensions, progress, inv.CancellationToken), inv.CancellationToken));
    }
}
