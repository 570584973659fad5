using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>Checks that a profile is one of these users.</summary>
internal static class Profiles
{
    /// <summary>Refuses a profile of others.</summary>
    /// <exception cref="IsthmusException">It is for other actions, or its numbers make no sense.</exception>
    public static void Check(ActionSpace actions, SystemModel profile)
    {
        bool same = profile.Actions.Nodes.SequenceEqual(actions.Nodes) && profile.Actions.Users.SequenceEqual(actions.Users);
        if (!same) throw new IsthmusException(ErrorKind.Usage, "The profile is of other users, nodes or actions than those to be orchestrated.");
        if (profile.Contention.IsDefault || profile.Contention.Length != actions.Nodes.Length) throw new IsthmusException(ErrorKind.Usage, "The profile has no contention curve for each node.");
        foreach (ContentionCurve curve in profile.Contention) curve.Validate();
        if (!(profile.LowMemoryFactor is >= 1 and <= 1000)) throw new IsthmusException(ErrorKind.Usage, "What low memory costs in the profile is a factor from 1 to 1000.");
    }
}
