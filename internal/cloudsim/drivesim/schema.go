package drivesim

import "github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"

// The names that a mask may have, of revision 20261023 of the discovery document
// (https://www.googleapis.com/discovery/v1/apis/drive/v3/rest). This Drive never sends most of them; a mask may
// contain them nevertheless.
const (
	fileNames = `
	appProperties(*), capabilities(canAcceptOwnership, canAccessViaGenAi, canAddChildren,
	canAddFolderFromAnotherDrive, canAddMyDriveParent, canChangeCopyRequiresWriterPermission,
	canChangeItemDownloadRestriction, canChangeSecurityUpdateEnabled, canChangeViewersCanCopyContent, canComment,
	canCopy, canDelete, canDeleteChildren, canDisableInheritedPermissions, canDownload, canEdit,
	canEnableInheritedPermissions, canListChildren, canModifyContent, canModifyContentRestriction,
	canModifyEditorContentRestriction, canModifyLabels, canModifyOwnerContentRestriction,
	canMoveChildrenOutOfDrive, canMoveChildrenOutOfTeamDrive, canMoveChildrenWithinDrive,
	canMoveChildrenWithinTeamDrive, canMoveItemIntoTeamDrive, canMoveItemOutOfDrive, canMoveItemOutOfTeamDrive,
	canMoveItemWithinDrive, canMoveItemWithinTeamDrive, canMoveTeamDriveItem, canReadDrive, canReadLabels,
	canReadRevisions, canReadTeamDrive, canRemoveChildren, canRemoveContentRestriction, canRemoveMyDriveParent,
	canRename, canShare, canStartApproval, canTrash, canTrashChildren, canUntrash),
	clientEncryptionDetails(decryptionMetadata(aes256GcmChunkSize, encryptionResourceKeyHash, jwt, kaclsId,
	kaclsName, keyFormat, wrappedKey), encryptionState), contentHints(indexableText, thumbnail(image, mimeType)),
	contentRestrictions(ownerRestricted, readOnly, reason, restrictingUser(displayName, emailAddress, kind, me,
	permissionId, photoLink), restrictionTime, systemRestricted, type), copyRequiresWriterPermission, createdTime,
	description, downloadRestrictions(effectiveDownloadRestrictionWithContext(restrictedForReaders,
	restrictedForWriters), itemDownloadRestriction(restrictedForReaders, restrictedForWriters)), driveId,
	explicitlyTrashed, exportLinks(*), fileExtension, folderColorRgb, fullFileExtension, hasAugmentedPermissions,
	hasThumbnail, headRevisionId, iconLink, id, imageMediaMetadata(aperture, cameraMake, cameraModel, colorSpace,
	exposureBias, exposureMode, exposureTime, flashUsed, focalLength, height, isoSpeed, lens, location(altitude,
	latitude, longitude), maxApertureValue, meteringMode, rotation, sensor, subjectDistance, time, whiteBalance,
	width), inheritedPermissionsDisabled, isAppAuthorized, kind, labelInfo(labels(fields(*(dateString, id,
	integer, kind, selection, text, user(displayName, emailAddress, kind, me, permissionId, photoLink),
	valueType)), id, kind, revisionId)), lastModifyingUser(displayName, emailAddress, kind, me, permissionId,
	photoLink), linkShareMetadata(securityUpdateEligible, securityUpdateEnabled), md5Checksum, mimeType,
	modifiedByMe, modifiedByMeTime, modifiedTime, name, originalFilename, ownedByMe, owners(displayName,
	emailAddress, kind, me, permissionId, photoLink), parents, permissionIds, permissions(allowFileDiscovery,
	deleted, displayName, domain, emailAddress, expirationTime, id, inheritedPermissionsDisabled, kind,
	pendingOwner, permissionDetails(inherited, inheritedFrom, permissionType, role), photoLink, role,
	teamDrivePermissionDetails(inherited, inheritedFrom, role, teamDrivePermissionType), type, view),
	properties(*), quotaBytesUsed, resourceKey, sha1Checksum, sha256Checksum, shared, sharedWithMeTime,
	sharingUser(displayName, emailAddress, kind, me, permissionId, photoLink), shortcutDetails(targetId,
	targetMimeType, targetResourceKey), size, spaces, starred, teamDriveId, thumbnailLink, thumbnailVersion,
	trashed, trashedTime, trashingUser(displayName, emailAddress, kind, me, permissionId, photoLink), version,
	videoMediaMetadata(durationMillis, height, width), viewedByMe, viewedByMeTime, viewersCanCopyContent,
	webContentLink, webViewLink, writersCanShare`

	permissionNames = `
	allowFileDiscovery, deleted, displayName, domain, emailAddress, expirationTime, id,
	inheritedPermissionsDisabled, kind, pendingOwner, permissionDetails(inherited, inheritedFrom, permissionType,
	role), photoLink, role, teamDrivePermissionDetails(inherited, inheritedFrom, role, teamDrivePermissionType),
	type, view`

	revisionNames = `
	exportLinks(*), id, keepForever, kind, lastModifyingUser(displayName, emailAddress, kind, me, permissionId,
	photoLink), md5Checksum, mimeType, modifiedTime, originalFilename, publishAuto, published, publishedLink,
	publishedOutsideDomain, size`

	driveNames = `
	backgroundImageFile(id, width, xCoordinate, yCoordinate), backgroundImageLink, capabilities(canAddChildren,
	canChangeCopyRequiresWriterPermissionRestriction, canChangeDomainUsersOnlyRestriction,
	canChangeDownloadRestriction, canChangeDriveBackground, canChangeDriveMembersOnlyRestriction,
	canChangeSharingFoldersRequiresOrganizerPermissionRestriction, canComment, canCopy, canDeleteChildren,
	canDeleteDrive, canDownload, canEdit, canListChildren, canManageMembers, canReadRevisions, canRename,
	canRenameDrive, canResetDriveRestrictions, canShare, canTrashChildren), colorRgb, createdTime, hidden, id,
	kind, name, orgUnitId, restrictions(adminManagedRestrictions, copyRequiresWriterPermission, domainUsersOnly,
	downloadRestriction(restrictedForReaders, restrictedForWriters), driveMembersOnly,
	sharingFoldersRequiresOrganizerPermission), themeId`

	aboutNames = `
	appInstalled, canCreateDrives, canCreateTeamDrives, driveThemes(backgroundImageLink, colorRgb, id),
	exportFormats(*), folderColorPalette, importFormats(*), kind, maxImportSizes(*), maxUploadSize,
	storageQuota(limit, usage, usageInDrive, usageInDriveTrash), teamDriveThemes(backgroundImageLink, colorRgb,
	id), user(displayName, emailAddress, kind, me, permissionId, photoLink)`

	teamDriveNames = `
	backgroundImageFile(id, width, xCoordinate, yCoordinate), backgroundImageLink, capabilities(canAddChildren,
	canChangeCopyRequiresWriterPermissionRestriction, canChangeDomainUsersOnlyRestriction,
	canChangeDownloadRestriction, canChangeSharingFoldersRequiresOrganizerPermissionRestriction,
	canChangeTeamDriveBackground, canChangeTeamMembersOnlyRestriction, canComment, canCopy, canDeleteChildren,
	canDeleteTeamDrive, canDownload, canEdit, canListChildren, canManageMembers, canReadRevisions,
	canRemoveChildren, canRename, canRenameTeamDrive, canResetTeamDriveRestrictions, canShare, canTrashChildren),
	colorRgb, createdTime, id, kind, name, orgUnitId, restrictions(adminManagedRestrictions,
	copyRequiresWriterPermission, domainUsersOnly, downloadRestriction(restrictedForReaders,
	restrictedForWriters), sharingFoldersRequiresOrganizerPermission, teamMembersOnly), themeId`
)

// schemas returns the answers that a mask can be applied to, by the names of the discovery document.
func schemas() map[string]fields.Schema {
	return map[string]fields.Schema{
		"About":          fields.Names(aboutNames),
		"File":           fields.Names(fileNames),
		"FileList":       fields.Names("incompleteSearch, kind, nextPageToken").With("files", fields.Names(fileNames)),
		"Permission":     fields.Names(permissionNames),
		"PermissionList": fields.Names("kind, nextPageToken").With("permissions", fields.Names(permissionNames)),
		"Revision":       fields.Names(revisionNames),
		"RevisionList":   fields.Names("kind, nextPageToken").With("revisions", fields.Names(revisionNames)),
		"Drive":          fields.Names(driveNames),
		"DriveList":      fields.Names("kind, nextPageToken").With("drives", fields.Names(driveNames)),
		"StartPageToken": fields.Names("kind, startPageToken"),
		"GeneratedIds":   fields.Names("ids, kind, space"),
		"ChangeList":     fields.Names("kind, newStartPageToken, nextPageToken").With("changes", changeSchema()),
	}
}

// changeSchema returns the names of one change. It has three resources in it, which is why it is not a constant.
func changeSchema() fields.Schema {
	return fields.Names("changeType, driveId, fileId, kind, removed, teamDriveId, time, type").
		With("file", fields.Names(fileNames)).With("drive", fields.Names(driveNames)).
		With("teamDrive", fields.Names(teamDriveNames))
}
