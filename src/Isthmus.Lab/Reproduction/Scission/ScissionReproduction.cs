using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>
/// Scission's question, where should which layers run, asked of its authors' published measurements, or of a network that is measured here: by its own cost, and with everything counted.
/// </summary>
public sealed class ScissionReproduction : IReproduction
{
    /// <inheritdoc/>
    public string Name => "scission";

    /// <inheritdoc/>
    public string Paper => "Lockhart, Harvey, Imai, Willis, Varghese: Scission: Performance-driven and Context-aware Cloud-Edge Distribution of Deep Neural Networks, UCC 2020.";

    /// <inheritdoc/>
    public string Summary => "Blocks measured on device, edge and cloud, and every placement under constraints: Scission by its own cost, with everything counted, and Isthmus, on real runs; or on the published measurements (--data).";

    /// <inheritdoc/>
    public async Task<ReproductionResult> RunAsync(ReproductionOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long start = options.Clock.GetTimestamp();
        PartialProgress all = new(progress, 0, 1);
        ScissionPublished? published = options.Data is null ? null : new(options.Data);
        ScissionQuery query = published?.PrintedQuery
            ?? new(EmbeddedModel.Sample("planning", "scission-benchmarks.json"), EmbeddedModel.Sample("planning", "scission-links.csv"), "vgg19", "!-1", "10", "16");
        ImmutableArray<Claim> claims;
        ImmutableArray<ReportSection> sections;
        ImmutableArray<string> emulated = [];
        object details;
        all.Report(new("asks the same question again and again", 0));
        QueryTime time = await QueryTime.MeasureAsync(query, options.Clock, cancellationToken);
        if (published is not null)
        {
            all.Report(new("plans every network on the published measurements", 0.3));
            PublishedResult result = await Task.Run(() => PublishedResult.Of(published), cancellationToken);
            claims = [.. ScissionClaims.Of(result), .. ScissionClaims.Of(time)];
            sections = [.. ScissionReport.Of(result), ScissionReport.Of(time, query)];
            details = new { published = result, query = query.WithoutFolders(), time };
        }
        else
        {
            ScissionEffort effort = ScissionEffort.Of(options);
            string model = options.Models is [string first, ..] ? first
                : await Task.Run(() => EmbeddedModel.Ensure(options.DataFolder, new PartialProgress(all, 0.1, 0.15), cancellationToken), cancellationToken);
            string folder = options.Images ?? EmbeddedModel.Photographs();
            ImmutableArray<LabelledImage> images = LabelledImages.Load(folder, options.Labels);
            ScissionModelResult result = await new ScissionExperiment(Network.Load(model, options.Manifest), images, options, effort).RunAsync(new PartialProgress(all, 0.15, 1), cancellationToken);
            claims = [.. ScissionClaims.Of(result), .. ScissionClaims.Of(time)];
            sections = [.. ScissionReport.Of(result, options), ScissionReport.Of(time, query)];
            emulated =
            [
                "the three links (bandwidths and round trips as stated)",
                $"the speed of the device ({options.EdgeSlowdown:0.##}× slower than this machine) and of the edge ({ScissionEffort.EdgeSlowdown:0.##}×)",
            ];
            details = new { measured = result, query = query.WithoutFolders(), time };
        }

        return new()
        {
            Name = Name,
            Paper = Paper,
            Summary = Summary,
            Quick = options.Quick,
            Created = options.Clock.GetUtcNow(),
            Seconds = Math.Round(options.Clock.GetElapsedTime(start).TotalSeconds, 1),
            SoftwareVersion = typeof(ScissionReproduction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
            Host = $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors",
            Emulated = emulated,
            Claims = claims,
            Sections = sections,
            Details = details,
        };
    }
}
