using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>
/// JALAD's comparison: the picture uploaded raw, as PNG and as JPEG, Neurosurgeon's cut, JALAD's cut with quantised and Huffman-coded
/// activations, the device alone, and all that Isthmus can choose, on real runs at the paper's bandwidths and on a sweep.
/// </summary>
/// <remarks>What the paper calls the edge is the machine at the source of the picture: Isthmus' device, slowed down by a stated factor.</remarks>
public sealed class JaladReproduction : IReproduction
{
    /// <inheritdoc/>
    public string Name => "jalad";

    /// <inheritdoc/>
    public string Paper => "H. Li, C. Hu, J. Jiang, Z. Wang, Y. Wen, W. Zhu: JALAD: Joint Accuracy- and Latency-Aware Deep Structure Decoupling for Edge-Cloud Execution, ICPADS 2018.";

    /// <inheritdoc/>
    public string Summary => "Origin2Cloud, PNG2Cloud, JPEG2Cloud, Neurosurgeon, JALAD as published, the device alone, and Isthmus, over an emulated link of 300 kB/s, 1 MB/s and more.";

    /// <inheritdoc/>
    public async Task<ReproductionResult> RunAsync(ReproductionOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long start = options.Clock.GetTimestamp();
        JaladEffort effort = JaladEffort.Of(options);
        PartialProgress all = new(progress, 0, 1);
        string[] models = options.Models.IsEmpty
            ? [await Task.Run(() => EmbeddedModel.Ensure(options.DataFolder, new PartialProgress(all, 0, 0.05), cancellationToken), cancellationToken)]
            : [.. options.Models.SelectMany(Files)];
        string folder = options.Images ?? EmbeddedModel.Photographs();
        string beside = Path.Combine(folder, "labels.csv");
        ImmutableArray<LabelledImage> images = LabelledImages.Load(folder, options.Labels ?? (File.Exists(beside) ? beside : null));
        List<JaladModelResult> results = [];
        for (int i = 0; i < models.Length; i++)
        {
            Network network = Network.Load(models[i], options.Manifest);
            PartialProgress part = new(all, 0.05 + (0.95 * i / models.Length), 0.05 + (0.95 * (i + 1) / models.Length));
            results.Add(await new JaladExperiment(network, images, options, effort).RunAsync(part, cancellationToken));
        }

        double seconds = options.Clock.GetElapsedTime(start).TotalSeconds;
        return new()
        {
            Name = Name,
            Paper = Paper,
            Summary = Summary,
            Quick = options.Quick,
            Created = options.Clock.GetUtcNow(),
            Seconds = Math.Round(seconds, 1),
            SoftwareVersion = typeof(JaladReproduction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
            Host = $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors",
            Emulated =
            [
                $"the link (bandwidth each way as stated, {options.RoundTrip.Value:0.#} ms round trip)",
                $"the speed of the machine at the source, which the paper calls the edge and Isthmus the device: {options.EdgeSlowdown:0.##}× slower than this machine, which also plays the cloud",
            ],
            Claims = JaladClaims.Of(results, options),
            Sections = JaladReport.Of(results, options),
            Details = new { options.MaxLoss, options.EdgeSlowdown, roundTripMs = options.RoundTrip.Value, models = results },
        };
    }

    private static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path, "*.onnx").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new IsthmusException(ErrorKind.File, $"There is no ONNX file in {path}.");
    }
}
