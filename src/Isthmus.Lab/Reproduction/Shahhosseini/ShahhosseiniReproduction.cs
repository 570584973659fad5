using System.Reflection;
using System.Runtime.InteropServices;
using Isthmus.Core.Progress;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>
/// Shahhosseini et al.'s comparison: users who share an edge and a cloud, who runs what, where; learned online by Q-learning, a deep Q-network, a bandit and Isthmus, beside fixed placements and the optimum.
/// </summary>
public sealed class ShahhosseiniReproduction : IReproduction
{
    /// <inheritdoc/>
    public string Name => "shahhosseini";

    /// <inheritdoc/>
    public string Paper => "S. Shahhosseini, D. Seo, A. Kanduri, T. Hu, S. Lim, B. Donyanavard, A. M. Rahmani, N. Dutt: Online Learning for Orchestration of Inference in Multi-User End-Edge-Cloud Networks, ACM TECS 2022, DOI 10.1145/3520129.";

    /// <inheritdoc/>
    public string Summary => "Users who share an edge and a cloud: who runs which variant where, learned online by Q-learning, a deep Q-network, a bandit and Isthmus, beside fixed placements and the optimum; simulated from measured times, and live with real processes.";

    /// <inheritdoc/>
    public async Task<ReproductionResult> RunAsync(ReproductionOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long start = options.Clock.GetTimestamp();
        PartialProgress all = new(progress, 0, 1);
        ShahhosseiniResult result = await new ShahhosseiniExperiment(options, ShahhosseiniEffort.Of(options)).RunAsync(all, cancellationToken);
        return new()
        {
            Name = Name,
            Paper = Paper,
            Summary = Summary,
            Quick = options.Quick,
            Created = options.Clock.GetUtcNow(),
            Seconds = Math.Round(options.Clock.GetElapsedTime(start).TotalSeconds, 1),
            SoftwareVersion = typeof(ShahhosseiniReproduction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
            Host = $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors",
            Emulated = result.Live.Emulated.Add("all that is called simulated or predicted"),
            Claims = ShahhosseiniClaims.Of(result),
            Sections = ShahhosseiniReport.Of(result),
            Details = new { result.Worlds, result.Cases, result.Tight, result.Live, result.Rail, result.Recovery, crowds = result.Crowds.Select(c => new { c.Users, c.Bursts, c.Row }), result.Joint },
        };
    }
}
