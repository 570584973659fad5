using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Profiling;

/// <summary>A profile as JSON. The format is described in docs/profile.md. Whatever is read is checked by <see cref="ProfileRules"/>.</summary>
public static class ProfileFile
{
    /// <summary>Larger files are refused before they are parsed.</summary>
    public const long MaxBytes = 64_000_000;

    /// <summary>Writes a profile, whole or not at all.</summary>
    /// <exception cref="IsthmusException">The profile breaks a rule, or the file cannot be written.</exception>
    public static void Save(string path, Profile profile) => AtomicFile.WriteText(path, Serialize(profile));

    /// <summary>Reads and checks a profile.</summary>
    /// <exception cref="IsthmusException">The file cannot be read, is no profile, or breaks a rule; the message names the member.</exception>
    public static Profile Load(string path) => Parse(AtomicFile.ReadText(path, MaxBytes), Path.GetFileName(path));

    /// <summary>Reads and checks a profile, which must be of this network.</summary>
    /// <exception cref="IsthmusException">As <see cref="Load(string)"/>, or the profile was measured on another network.</exception>
    public static Profile Load(string path, ModelHash model)
    {
        Profile profile = Load(path);
        return profile.Model == model ? profile : throw new IsthmusException(
            ErrorKind.Planning,
            $"'{Path.GetFileName(path)}' is the profile of {profile.ModelName} ({profile.Model.Short}), not of the model {model.Short}: profile this model with 'isthmus profile'.");
    }

    /// <summary>The profile as indented JSON.</summary>
    /// <exception cref="IsthmusException">The profile breaks a rule.</exception>
    public static string Serialize(Profile profile)
    {
        ProfileRules.Check(profile);
        return JsonSerializer.Serialize(profile, IsthmusJson.Indented) + "\n";
    }

    /// <summary>Reads a profile from JSON and checks it.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is no profile, or breaks a rule; the message names the member.</exception>
    public static Profile Parse(string json, string name = "profile")
    {
        Profile profile = StrictJson.Parse<Profile>(json, name, "profile");
        ProfileRules.Check(profile, name);
        return profile;
    }
}
