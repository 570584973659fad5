using Isthmus.Core.Errors;

namespace Isthmus.Core.Profiling;

/// <summary>Whether a profile is still to be believed.</summary>
public static class ProfileExpiry
{
    /// <summary>How long a profile is believed unless its maker says otherwise: a week.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(7);

    /// <summary>Whether a profile is too old to decide from.</summary>
    public static bool IsExpired(Profile profile, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(clock);
        return profile.Expires is { } end && clock.GetUtcNow() >= end;
    }

    /// <summary>Refuses a profile that is too old.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="name">What to call it in the error, such as its file name.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="IsthmusException">It is too old; <see cref="ErrorKind.Planning"/>.</exception>
    public static void Check(Profile profile, string name, TimeProvider clock)
    {
        if (!IsExpired(profile, clock)) return;
        throw new IsthmusException(
            ErrorKind.Planning,
            $"The profile '{name}' was measured on {profile.Created:yyyy-MM-dd HH:mm} and expired on {profile.Expires:yyyy-MM-dd HH:mm} UTC: measure again, or give --allow-expired.");
    }
}
