using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Core.Storage;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>
/// Zhao et al.'s comparison: nothing or everything sent, against a part of the picture, with accuracy as a Gompertz curve of the fraction; and all that Isthmus can choose.
/// </summary>
public sealed class ZhaoReproduction : IReproduction
{
    private const int MostNetworks = 16;

    /// <inheritdoc/>
    public string Name => "zhao";

    /// <inheritdoc/>
    public string Paper => "Y. Zhao, M. Hosseinzadeh, N. Hudson, H. Khamfroush, D. E. Lucani: on offloading only a fraction of an image to edge and cloud, IEEE Globecom Workshops 2020, DOI 10.1109/GCWkshps50303.2020.9367470.";

    /// <inheritdoc/>
    public string Summary => "Device-only, everything to the edge, everything to the cloud (a sane JPEG), the first part of it as in the paper, and Isthmus: bytes, milliseconds and accuracy together, over emulated links.";

    /// <inheritdoc/>
    public async Task<ReproductionResult> RunAsync(ReproductionOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long start = options.Clock.GetTimestamp();
        PartialProgress all = new(progress, 0, 1);
        string[] models = options.Models.IsEmpty
            ? [await Task.Run(() => EmbeddedModel.Ensure(options.DataFolder, new PartialProgress(all, 0, 0.05), cancellationToken), cancellationToken)]
            : [.. options.Models.SelectMany(Files)];
        if (models.Length > MostNetworks) throw new IsthmusException(ErrorKind.Usage, $"{models.Length} networks are too many: name at most {MostNetworks}.");
        ImmutableArray<ZhaoPhotograph> images = await Task.Run(() => Photographs(options, cancellationToken), cancellationToken);
        ImmutableArray<Network> networks = [.. models.Select(m => Network.Load(m, options.Manifest)).OrderBy(n => n.Model.File.Length)];
        ZhaoResult result = await new ZhaoExperiment(networks, images, options, ZhaoEffort.Of(options)).RunAsync(new PartialProgress(all, 0.05, 1), cancellationToken);
        return new()
        {
            Name = Name,
            Paper = Paper,
            Summary = Summary,
            Quick = options.Quick,
            Created = options.Clock.GetUtcNow(),
            Seconds = Math.Round(options.Clock.GetElapsedTime(start).TotalSeconds, 1),
            SoftwareVersion = typeof(ZhaoReproduction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
            Host = $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors",
            Emulated =
            [
                $"the links (bandwidth out of the device as stated, to both; {options.RoundTrip.Value:0.#} ms round trip to the edge, {options.RoundTrip.Value * 4:0.#} ms to the cloud)",
                $"the speed of the device ({options.EdgeSlowdown:0.##}× slower than this machine) and of the edge ({ZhaoEffort.EdgeSlowdown:0.##}×); the cloud is this machine",
            ],
            Claims = ZhaoClaims.Of(result),
            Sections = ZhaoReport.Of(result),
            Details = new { options.MaxLoss, deviceSlowdown = options.EdgeSlowdown, roundTripMs = options.RoundTrip.Value, result },
        };
    }

    // The user's photographs; or views of the samples, which are few: those of one photograph stay together when what is planned with is kept apart from what judges.
    internal static ImmutableArray<ZhaoPhotograph> Photographs(ReproductionOptions options, CancellationToken cancellationToken)
    {
        string folder = options.Images ?? EmbeddedModel.Photographs();
        string beside = Path.Combine(folder, "labels.csv");
        ImmutableArray<LabelledImage> images = LabelledImages.Load(folder, options.Labels ?? (File.Exists(beside) ? beside : null));
        if (options.Images is not null) return [.. images.Select((i, n) => new ZhaoPhotograph(i, n))];
        string views = Path.Combine(options.DataFolder, "lab", "zhao-views");
        Directory.CreateDirectory(views);
        ImmutableArray<ZhaoPhotograph>.Builder all = ImmutableArray.CreateBuilder<ZhaoPhotograph>();
        for (int n = 0; n < images.Length; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ImmutableArray<byte[]> cut = PictureViews.Cut(File.ReadAllBytes(images[n].Path), images[n].Name);
            for (int k = 0; k < cut.Length; k++)
            {
                string name = $"{Path.GetFileNameWithoutExtension(images[n].Name)}-{k:00}.png", path = Path.Combine(views, name);
                AtomicFile.WriteBytes(path, cut[k]);
                // Nobody has said what is on a part of a photograph.
                all.Add(new(new(path, name, null), n));
            }
        }

        return all.ToImmutable();
    }

    internal static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path, "*.onnx").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new IsthmusException(ErrorKind.File, $"There is no ONNX file in {path}.");
    }
}
