using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Inference.Import;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>import X.tflite -o X.onnx: a TFLite model as ONNX, with its manifest.</summary>
internal sealed class ImportCommand : ICommandFactory
{
    public Command Create()
    {
        Argument<FileInfo> source = new("model") { Description = "The TFLite model.", HelpName = "X.tflite" };
        Option<string> output = new("--output", "-o") { Description = "The ONNX file to write; the manifest goes beside it.", HelpName = "X.onnx", Required = true };
        Option<bool> quantized = new("--quantized") { Description = "Keep the 8-bit weights and activations of a quantised model (default: dequantise to float)." };
        Option<FileInfo?> labels = new("--labels") { Description = "The names of the outputs, one a line; the file is copied beside the model.", HelpName = "FILE" };
        Command command = new("import", "Import a TFLite model as ONNX.") { source, output, quantized, labels };
        return command.Runs(async invocation =>
        {
            FileInfo file = invocation.Options.GetRequiredValue(source);
            string path = invocation.Options.GetRequiredValue(output);
            if (!file.Exists) throw new IsthmusException(ErrorKind.File, $"The model {file} does not exist.");
            if (Path.GetFullPath(path) == file.FullName) throw new IsthmusException(ErrorKind.Usage, "The output would overwrite the model that it is made from; name another with -o.");
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                throw new IsthmusException(ErrorKind.File, $"The folder {folder} does not exist; create it first.");
            string[]? names = invocation.Options.GetValue(labels) is { } list ? ImportedFiles.ReadLabels(list.FullName) : null;
            ImportOptions options = new() { Quantized = invocation.Options.GetValue(quantized), Name = file.Name };

            (ImportResult result, ImportedFiles files) = await invocation.WithProgressAsync("Importing", progress => Task.Run(
                async () =>
                {
                    byte[] bytes = await File.ReadAllBytesAsync(file.FullName, invocation.CancellationToken);
                    ImportResult imported = TfliteImporter.Import(bytes, options, progress, invocation.CancellationToken);
                    return (imported, ImportedFiles.Write(imported, path, names));
                },
                invocation.CancellationToken));

            if (result is { Manifest: not null, NormalisationKnown: false })
                invocation.Note($"The file does not say how pixels become numbers; {Path.GetFileName(files.Manifest)} assumes (v - 127.5) / 127.5. Change it there if the network was trained otherwise.");
            invocation.Result(
                new
                {
                    model = files.Model,
                    sha256 = ModelHash.Of(result.Model),
                    bytes = result.Model.Length,
                    quantized = result.Quantized,
                    operators = result.Operators,
                    nodes = result.Nodes,
                    outputs = result.Outputs,
                    manifest = files.Manifest,
                    labels = files.Labels,
                    normalisationKnown = result.NormalisationKnown,
                },
                console =>
                {
                    console.MarkupLineInterpolated($"[bold]{files.Model}[/]: {result.Nodes} nodes from {result.Operators} operators, {result.Model.Length / 1e6:F1} MB{(result.Quantized ? ", 8-bit" : ", float")}");
                    if (files.Manifest is not null) console.MarkupLineInterpolated($"{files.Manifest}: what the network expects of a picture");
                    if (files.Labels is not null) console.MarkupLineInterpolated($"{files.Labels}: the names of its classes");
                });
        });
    }
}
