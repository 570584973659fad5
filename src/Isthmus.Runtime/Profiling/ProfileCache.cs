using System.Text;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Profiling;

/// <summary>Profiles that were measured before, in the data folder, by what was measured: the network, the nodes and the options.</summary>
/// <param name="dataFolder">The data folder; "profiles" in it is used.</param>
public sealed class ProfileCache(string dataFolder)
{
    /// <summary>Where the profile of this network on these nodes under these options is kept. Links do not count: they change anyway.</summary>
    public string PathFor(Network network, Tiers tiers, ProfilerOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(options);
        StringBuilder key = new();
        key.AppendJoin('|', network.Model.Hash, ModelHash.Of(network.ManifestJson.Span), options.Slowdown, options.Session, options.Samples, options.MaxCuts, options.AllCuts, options.MiddleCuts, options.Blocks);
        key.Append('|').AppendJoin(',', options.Codecs).Append('|').AppendJoin(',', options.Inputs);
        if (options.Calibration?.Calibration is { } calibration) key.Append('|').Append(calibration);
        foreach (RemoteNode node in tiers.Nodes)
            key.Append($"|{node.Name},{node.Tier},{node.Description?.Slowdown},{node.Description?.Host},{node.Description?.Runtime},{node.Description?.Threads}");
        ModelHash digest = ModelHash.Of(Encoding.UTF8.GetBytes(key.ToString()));
        return Path.Combine(dataFolder, "profiles", $"{network.Model.Hash.Short}-{digest.Short}.json");
    }

    /// <summary>Reads a profile; null if there is none, or none that can be used, or only one that is too old.</summary>
    public static Profile? TryLoad(string path, ModelHash model, TimeProvider clock)
    {
        if (!File.Exists(path)) return null;
        try
        {
            Profile profile = ProfileFile.Load(path, model);
            return ProfileExpiry.IsExpired(profile, clock) ? null : profile;
        }
        catch (IsthmusException)
        {
            // Of another version, or damaged: it is measured again, and replaced.
            return null;
        }
    }
}
